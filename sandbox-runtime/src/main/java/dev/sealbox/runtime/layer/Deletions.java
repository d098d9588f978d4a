package dev.sealbox.runtime.layer;

import dev.sealbox.domain.layer.ArchiveRefusal.Damaged;
import dev.sealbox.domain.layer.ArchiveRefusal.Malformed;
import dev.sealbox.domain.layer.ArchiveRefusal.TooLarge;
import dev.sealbox.runtime.layer.RootImage.Part;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What an OCI layer says to be gone of the layers below it: found by reading it once, which also shows whether it is the
 * layer that its image means, before anything is made of it.
 *
 * @param gone names
 * @param emptied folders
 */
record Deletions(List<String> gone, List<String> emptied) {
    static final String MARK = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String OTHERS = ".wh..wh.";
    private static final int MOST = 100_000;

    /** Of a tar; what is shorter holds not even the end of one. */
    private static final int BLOCK = 512;

    /**
     * What a layer says.
     *
     * @param allowance of all layers together, as they are not compressed
     * @param room for the names of all layers together
     */
    static Deletions of(Part layer, Allowance allowance, NameRoom room) {
        var digest = Packing.sha256();
        var found = new Deletions(new ArrayList<>(), new ArrayList<>());
        try (var counted = new Counted(Compression.open(layer.file()), allowance::bytes);
                var plain = new DigestInputStream(counted, digest)) {
            var tar = TarEntries.ofOthers(plain);
            for (var entry = tar.next(); entry.isPresent(); entry = tar.next()) {
                found.note(entry.get().getName(), room);
            }
            plain.transferTo(OutputStream.nullOutputStream());
            if (counted.taken() < BLOCK) {
                throw new IOException("too short");
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new RefusedFiles(new Malformed("a layer is no tar, or ends too early"));
        }
        var hex = HexFormat.of().formatHex(digest.digest());
        if (layer.digest().filter(told -> !told.equals(hex)).isPresent()) {
            throw new RefusedFiles(new Damaged("a layer is not the one that its configuration means by sha256:"
                    + layer.digest().get()));
        }
        return found;
    }

    private void note(String name, NameRoom room) {
        var mark = EntryName.checked(name);
        var last = EntryName.last(mark);
        if (!last.startsWith(MARK)) {
            return;
        }
        if (gone.size() + emptied.size() == MOST) {
            throw new RefusedFiles(new TooLarge(MOST + " deletions in a layer"));
        }
        var folder = EntryName.parent(mark);
        if (last.equals(OPAQUE)) {
            room.take(folder);
            emptied.add(folder);
        } else if (!last.startsWith(OTHERS)) {
            var meant = last.substring(MARK.length());
            if (meant.isEmpty() || meant.equals(".") || meant.equals("..")) {
                throw RefusedFiles.unsafe(name, "says that a folder itself or the one above it is gone");
            }
            var path = EntryName.in(folder, meant);
            room.take(path);
            gone.add(path);
        }
    }

    void apply(Tree tree) {
        emptied.forEach(tree::opaque);
        gone.forEach(tree::whiteout);
    }
}
