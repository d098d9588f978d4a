package dev.sealbox.runtime.layer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A tar's entries one after the other; what one says about itself is bounded, since it is held in memory. */
final class TarEntries implements AutoCloseable {
    /** Far more than names, targets and attributes may have. */
    private static final long LARGEST_HEADER = 1 << 20;

    private final Budget raw;
    private final TarArchiveInputStream tar;
    private boolean begun;

    TarEntries(InputStream content) {
        raw = new Budget(content);
        tar = new TarArchiveInputStream(raw, StandardCharsets.UTF_8.name());
    }

    /** The next entry; what is left of the last one's content is passed over. */
    Optional<TarArchiveEntry> next() throws IOException {
        if (begun) {
            tar.transferTo(OutputStream.nullOutputStream());
        }
        raw.left = LARGEST_HEADER;
        var entry = Optional.<TarArchiveEntry>ofNullable(tar.getNextEntry());
        raw.left = Long.MAX_VALUE;
        begun = entry.isPresent();
        return entry;
    }

    /** The current entry's content. */
    InputStream content() {
        return tar;
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }

    private static final class Budget extends FilterInputStream {
        private long left = Long.MAX_VALUE;

        Budget(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            take(1);
            return super.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            var count = super.read(into, offset, length);
            take(Math.max(count, 0));
            return count;
        }

        @Override
        public long skip(long wanted) throws IOException {
            var count = super.skip(wanted);
            take(count);
            return count;
        }

        private void take(long count) throws IOException {
            left -= count;
            if (left < 0) {
                throw new IOException("an entry says more than " + LARGEST_HEADER + " bytes about itself");
            }
        }
    }
}
