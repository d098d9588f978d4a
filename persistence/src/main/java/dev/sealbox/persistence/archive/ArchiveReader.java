package dev.sealbox.persistence.archive;

import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.layer.ArchiveRefusal.Malformed;
import dev.sealbox.domain.layer.ArchiveRefusal.NotSigned;
import dev.sealbox.domain.sandbox.Defaults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * An archive that comes in: its signed manifest first, then its layers as a host takes them. What follows the manifest is
 * not believed here; the host compares it with the manifest's digests. Not thread-safe.
 */
public final class ArchiveReader {
    private static final int LONGEST_SIGNATURE = 1024;

    private final TarArchiveInputStream tar;
    private final ArchiveManifest manifest;

    private ArchiveReader(TarArchiveInputStream tar, ArchiveManifest manifest) {
        this.tar = tar;
        this.manifest = manifest;
    }

    /** Reads no more than the manifest and its signature. */
    public static ArchiveReader open(InputStream archive, Signers signers) throws RefusedArchive {
        var tar = new TarArchiveInputStream(archive, StandardCharsets.UTF_8.name());
        var manifest = entry(tar, ArchiveWriter.MANIFEST, ArchiveWriter.LONGEST_MANIFEST);
        var signature = entry(tar, ArchiveWriter.SIGNATURE, LONGEST_SIGNATURE);
        if (!signers.haveSigned(manifest, signature)) {
            throw new RefusedArchive(new NotSigned());
        }
        return new ArchiveReader(tar, ArchiveManifest.parse(manifest));
    }

    private static byte[] entry(TarArchiveInputStream tar, String name, int longest) throws RefusedArchive {
        try {
            var entry = tar.getNextEntry();
            if (entry == null || !entry.getName().equals(name) || !entry.isFile() || entry.getSize() > longest) {
                throw new RefusedArchive(new Malformed("it does not begin with " + name));
            }
            var content = tar.readNBytes(longest);
            if (content.length != entry.getSize()) {
                throw new RefusedArchive(new Malformed("it ends too early"));
            }
            return content;
        } catch (IOException | IllegalArgumentException e) {
            throw new RefusedArchive(new Malformed("it is no tar, or ends too early"));
        }
    }

    public ImageHash hash() {
        return manifest.hash();
    }

    public String outline() {
        return manifest.outline();
    }

    public Defaults defaults() {
        return manifest.defaults();
    }

    /** What the host takes. It ends too early where the archive is not what its manifest says. */
    public InputStream content() {
        return new Content();
    }

    private final class Content extends InputStream {
        private final InputStream line = new ByteArrayInputStream(manifest.line());
        private final Iterator<ArchiveManifest.Entry> layers =
                manifest.entries().iterator();
        private boolean atLayers;
        private boolean ended;

        @Override
        public int read() {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            try {
                while (!ended) {
                    var count = atLayers ? tar.read(into, offset, length) : line.read(into, offset, length);
                    if (count >= 0) {
                        return count;
                    }
                    next();
                }
            } catch (IOException | IllegalArgumentException e) {
                ended = true;
            }
            return -1;
        }

        private void next() throws IOException {
            atLayers = true;
            if (!layers.hasNext()) {
                ended = true;
                return;
            }
            var wanted = layers.next();
            var entry = tar.getNextEntry();
            ended = entry == null
                    || !entry.isFile()
                    || !entry.getName().equals(wanted.name())
                    || entry.getSize() != wanted.size();
        }
    }
}
