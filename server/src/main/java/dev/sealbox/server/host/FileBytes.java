package dev.sealbox.server.host;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How a file's bytes travel: in the message, or, when they are many, as a stream, which costs more to set up. */
sealed interface FileBytes {
    /** Bytes of a file in a message, and of a piece of a stream. */
    int IN_A_MESSAGE = 64 * 1024;

    /** All of it. */
    record Few(ByteBuffer bytes) implements FileBytes {}

    /** All of it, what has been looked at included. */
    record Many(InputStream content) implements FileBytes {}

    /** Reads until it is known which; on a thread of its own, since it waits for whoever writes. */
    static CompletionStage<FileBytes> of(InputStream content) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return judged(content);
                    } catch (IOException e) {
                        close(content, e);
                        throw new UncheckedIOException(e);
                    }
                },
                task -> Thread.ofVirtual().name("file-bytes").start(task));
    }

    private static FileBytes judged(InputStream content) throws IOException {
        var first = content.readNBytes(IN_A_MESSAGE + 1);
        if (first.length > IN_A_MESSAGE) {
            return new Many(new Filled(new SequenceInputStream(new ByteArrayInputStream(first), content)));
        }
        content.close();
        return new Few(ByteBuffer.wrap(first));
    }

    /** Gives all that is asked for, if there is so much: each piece costs a message, however small it is. */
    final class Filled extends FilterInputStream {
        private Filled(InputStream content) {
            super(content);
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            int got = in.readNBytes(into, from, length);
            return got == 0 && length > 0 ? -1 : got;
        }
    }

    private static void close(InputStream content, IOException why) {
        try {
            content.close();
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /** What has come in a message. */
    static InputStream read(ByteBuffer bytes) {
        var copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return new ByteArrayInputStream(copy);
    }
}
