package dev.sealbox.runtime.layer;

import dev.sealbox.domain.layer.ArchiveRefusal.Damaged;
import dev.sealbox.domain.layer.ArchiveRefusal.Malformed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/** Takes an OCI image layout out of its tar: files named by what they hold, in any order, and an index. */
final class OciBlobs {
    private static final Pattern BLOB = Pattern.compile("blobs/sha256/([0-9a-f]{64})");
    private static final String INDEX = "index.json";
    private static final int LARGEST_INDEX = 4 << 20;
    private static final int MOST = 10_000;

    private final Path folder;
    private final Allowance allowance;
    private final Map<String, Path> blobs = new HashMap<>();
    private byte[] index = new byte[0];

    private OciBlobs(Path folder, Allowance allowance) {
        this.folder = folder;
        this.allowance = allowance;
    }

    /**
     * Puts each blob into {@code folder}; one that is not what its name says is refused.
     *
     * @param layout a tar, compressed or not
     */
    static RootImage read(Path layout, Path folder, Allowance allowance) throws IOException {
        Files.createDirectories(folder);
        var blobs = new OciBlobs(folder, allowance);
        try (var tar = TarEntries.ofOthers(new Counted(Compression.open(layout), allowance::bytes))) {
            for (var next = tar.next(); next.isPresent(); next = tar.next()) {
                var entry = next.get();
                var name = EntryName.checked(entry.getName());
                if (entry.isDirectory()) {
                    continue;
                }
                if (isPlain(entry)) {
                    blobs.take(name, tar.content());
                } else {
                    throw RefusedFiles.unsafe(name, "is no file, as all in an image layout are");
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new RefusedFiles(new Malformed("it is no tar, or ends too early"));
        }
        if (blobs.index.length == 0) {
            throw new RefusedFiles(new Malformed("it has no index.json, so it is no OCI image layout"));
        }
        return new OciLayout(blobs.blobs).image(blobs.index);
    }

    private static boolean isPlain(TarArchiveEntry entry) {
        return entry.isFile()
                && !entry.isSymbolicLink()
                && !entry.isLink()
                && !entry.isCharacterDevice()
                && !entry.isBlockDevice()
                && !entry.isFIFO();
    }

    private void take(String name, InputStream content) throws IOException {
        allowance.entry();
        var blob = BLOB.matcher(name);
        if (blob.matches()) {
            keep(blob.group(1), content);
        } else if (name.equals(INDEX)) {
            index = content.readNBytes(LARGEST_INDEX + 1);
            if (index.length > LARGEST_INDEX) {
                throw new RefusedFiles(new Malformed("index.json has more than 4 MiB"));
            }
        }
    }

    private void keep(String digest, InputStream content) throws IOException {
        if (blobs.size() == MOST) {
            throw new RefusedFiles(new Malformed("it has more than " + MOST + " blobs"));
        }
        var file = folder.resolve(digest);
        var found = Packing.sha256();
        try (var out = new OwnFile(file)) {
            new DigestInputStream(content, found).transferTo(out);
        }
        if (!HexFormat.of().formatHex(found.digest()).equals(digest)) {
            throw new RefusedFiles(new Damaged("sha256:" + digest + " has another digest"));
        }
        blobs.put(digest, file);
    }
}
