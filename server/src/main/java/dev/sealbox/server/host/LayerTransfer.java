package dev.sealbox.server.host;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A layer on its way from another host, which goes on where it was when the way breaks: as long as that host, or what was
 * started anew in its place, has the same bytes. Whether they came whole and right, whoever reads them sees by their digests.
 * For one thread; blocks.
 */
final class LayerTransfer extends InputStream {
    private static final Logger log = LoggerFactory.getLogger(LayerTransfer.class);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(500);

    /** How often it may break without that a byte has come. */
    private static final int IN_VAIN = 3;

    /** What comes, and what it is part of; that is unknown from a host of an earlier version. */
    record Begun(Optional<HostReply.Packed> packed, InputStream content) {}

    private final Function<Optional<HostMessage.Rest>, Begun> from;
    private final Duration patience;
    private final Optional<HostReply.Packed> packed;
    private InputStream content;
    private long come;
    private int inVain;

    /**
     * Begins.
     *
     * @param from asks for all of it, or for the rest; fails with a {@link HostFailure} when asking again is of no use
     * @param patience how long a host that cannot be asked is waited for
     */
    LayerTransfer(Function<Optional<HostMessage.Rest>, Begun> from, Duration patience) {
        var begun = from.apply(Optional.empty());
        this.from = from;
        this.patience = patience;
        this.packed = begun.packed();
        this.content = begun.content();
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        while (true) {
            try {
                var count = content.read(into, offset, length);
                if (count >= 0) {
                    come += count;
                    inVain = count > 0 ? 0 : inVain;
                    return count;
                }
                if (packed.filter(all -> come < all.size()).isEmpty()) {
                    return -1;
                }
                throw new EOFException("the layer ended too early");
            } catch (IOException e) {
                goOn(e);
            }
        }
    }

    private void goOn(IOException broken) throws IOException {
        inVain++;
        if (packed.isEmpty() || inVain > IN_VAIN) {
            throw broken;
        }
        closeQuietly();
        var rest = new HostMessage.Rest(packed.get().digest(), come);
        log.info(
                "a layer has stopped after {} of {} bytes, the rest is asked for: {}",
                come,
                packed.get().size(),
                broken.toString());
        var begun = begunAgain(rest, broken);
        content = begun.content();
        if (!begun.packed().equals(packed)) {
            throw broken;
        }
    }

    private Begun begunAgain(HostMessage.Rest rest, IOException broken) throws IOException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return from.apply(Optional.of(rest));
            } catch (RuntimeException e) {
                if (e instanceof HostFailure || System.nanoTime() - deadline > 0) {
                    broken.addSuppressed(e);
                    throw broken;
                }
                pause(broken);
            }
        }
    }

    private static void pause(IOException broken) throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_QUESTIONS.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw broken;
        }
    }

    private void closeQuietly() {
        try {
            content.close();
        } catch (IOException e) {
            log.debug("what was broken off is not closed: {}", e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
