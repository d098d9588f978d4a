package dev.sealbox.runtime.layer;

import dev.sealbox.domain.layer.PackedLayer;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A list of packed layers and then each of them, as one row of bytes. The list has their digests, so its own is that of all. */
final class Spool implements PackedLayer {
    private static final String STEP = "pack";

    private final byte[] line;
    private final List<Path> files;
    private final long size;
    private final Runnable discard;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param discard removes the files */
    Spool(byte[] line, List<Path> files, Runnable discard) {
        this.line = line;
        this.files = files;
        this.size = line.length + files.stream().mapToLong(Spool::length).sum();
        this.discard = discard;
    }

    @Override
    public String digest() {
        return HexFormat.of().formatHex(Packing.sha256().digest(line));
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public InputStream from(long from) {
        var parts = new ArrayList<InputStream>();
        if (from < line.length) {
            parts.add(new ByteArrayInputStream(line, (int) from, line.length - (int) from));
        }
        var start = (long) line.length;
        for (var file : files) {
            var length = length(file);
            if (from < start + length) {
                parts.add(new Lazy(file, Math.max(0, from - start)));
            }
            start += length;
        }
        return new SequenceInputStream(Collections.enumeration(parts));
    }

    /** All of it, closed with the stream. */
    InputStream once() {
        return new FilterInputStream(from(0)) {
            @Override
            public void close() throws IOException {
                try {
                    super.close();
                } finally {
                    Spool.this.close();
                }
            }
        };
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            discard.run();
        }
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new RuntimeFailure(STEP, e);
        }
    }

    /** Opens its file when it is read, since there may be many. */
    private static final class Lazy extends InputStream {
        private final Path file;
        private final long from;
        private InputStream open = InputStream.nullInputStream();
        private boolean opened;

        Lazy(Path file, long from) {
            this.file = file;
            this.from = from;
        }

        private InputStream open() throws IOException {
            if (!opened) {
                opened = true;
                open = Channels.newInputStream(Files.newByteChannel(file).position(from));
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
