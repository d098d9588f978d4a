package dev.sealbox.persistence.archive;

import dev.sealbox.domain.sandbox.Defaults;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;

/** Makes an archive of what a host has packed, as it is read: nothing of it is kept. */
public final class ArchiveWriter {
    static final String MANIFEST = "manifest.json";
    static final String SIGNATURE = "manifest.sig";
    static final int LONGEST_MANIFEST = 4 << 20;
    private static final int RECORD = 512;
    private static final int READABLE = 0100644;

    private ArchiveWriter() {}

    /**
     * The archive as a stream, which closes {@code packed} when it is closed.
     *
     * @param packed a line and then the layers that it lists
     * @param source in words, for people
     */
    public static InputStream write(InputStream packed, String source, Defaults defaults, Signers signers)
            throws IOException {
        var manifest = ArchiveManifest.of(source, defaults, line(packed));
        var bytes = manifest.bytes();
        var parts = new ArrayList<InputStream>();
        add(parts, new ArchiveManifest.Entry(MANIFEST, bytes.length), new ByteArrayInputStream(bytes));
        var signature = signers.sign(bytes);
        add(parts, new ArchiveManifest.Entry(SIGNATURE, signature.length), new ByteArrayInputStream(signature));
        for (var entry : manifest.entries()) {
            add(parts, entry, new Portion(packed, entry.size()));
        }
        parts.add(new ByteArrayInputStream(new byte[2 * RECORD]));
        return new FilterInputStream(new SequenceInputStream(Collections.enumeration(parts))) {
            @Override
            public void close() throws IOException {
                packed.close();
            }
        };
    }

    private static byte[] line(InputStream packed) throws IOException {
        var line = new ByteArrayOutputStream();
        for (var next = packed.read(); next != '\n'; next = packed.read()) {
            if (next < 0 || line.size() > LONGEST_MANIFEST) {
                throw new EOFException("the host's list of layers has no end");
            }
            line.write(next);
        }
        return line.toByteArray();
    }

    private static void add(List<InputStream> parts, ArchiveManifest.Entry entry, InputStream content)
            throws IOException {
        var head = new TarArchiveEntry(entry.name());
        head.setSize(entry.size());
        head.setMode(READABLE);
        // Equal files make equal archives.
        head.setModTime(0);
        head.setIds(0, 0);
        var header = new byte[RECORD];
        head.writeEntryHeader(header, ZipEncodingHelper.getZipEncoding(StandardCharsets.UTF_8.name()), true);
        parts.add(new ByteArrayInputStream(header));
        parts.add(content);
        parts.add(new ByteArrayInputStream(new byte[(int) (-entry.size() & (RECORD - 1))]));
    }

    /** So many bytes of a stream that goes on. */
    private static final class Portion extends InputStream {
        private final InputStream all;
        private long left;

        Portion(InputStream all, long left) {
            this.all = all;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            var count = all.read(into, offset, (int) Math.min(left, length));
            if (count < 0) {
                throw new EOFException("the host sent less than it had listed");
            }
            left -= count;
            return count;
        }
    }
}
