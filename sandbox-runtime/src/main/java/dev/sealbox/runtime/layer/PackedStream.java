package dev.sealbox.runtime.layer;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** The list of packed layers and then each of them, one stream; what it is read from goes when it is closed. */
final class PackedStream extends FilterInputStream {
    private final Runnable done;

    private PackedStream(InputStream all, Runnable done) {
        super(all);
        this.done = done;
    }

    static PackedStream of(PackList list, List<Path> files, Runnable done) {
        var parts = Stream.concat(
                Stream.<InputStream>of(new ByteArrayInputStream(list.line())),
                files.stream().map(Lazy::new));
        return new PackedStream(new SequenceInputStream(Collections.enumeration(parts.toList())), done);
    }

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } catch (UncheckedIOException e) {
            throw new RuntimeFailure("pack", e);
        } finally {
            done.run();
        }
    }

    /** Opens its file when it is read, since there may be many. */
    private static final class Lazy extends InputStream {
        private final Path file;
        private InputStream open = InputStream.nullInputStream();
        private boolean opened;

        Lazy(Path file) {
            this.file = file;
        }

        private InputStream open() throws IOException {
            if (!opened) {
                opened = true;
                open = Files.newInputStream(file);
            }
            return open;
        }

        @Override
        public int read() throws IOException {
            return open().read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return open().read(into, offset, length);
        }

        @Override
        public void close() throws IOException {
            opened = true;
            open.close();
        }
    }
}
