package dev.sealbox.runtime.layer;

import dev.sealbox.runtime.layer.TreeWriter.Owned;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A root file system of layers that each may leave out the folders that their files are in. Knows which folders there are,
 * and keeps the text of some files. Not thread-safe.
 */
final class RootTree implements Tree {
    static final String USERS = "etc/passwd";
    static final String GROUPS = "etc/group";
    private static final Set<String> KEPT = Set.of(USERS, GROUPS);
    private static final int LARGEST_KEPT = 1 << 20;

    private final TreeWriter tree;
    private final int root;
    private final NavigableSet<String> folders = new TreeSet<>(Set.of("."));
    private final NavigableSet<String> links = new TreeSet<>();
    private final Map<String, byte[]> kept = new HashMap<>();

    /** @param root the host's user id that has what has no owner yet */
    RootTree(TreeWriter tree, int root) {
        this.tree = tree;
        this.root = root;
    }

    /** Makes a folder unless it is there. */
    void ensure(String path, int mode, int user) {
        above(path);
        if (!folders.contains(path)) {
            directory(path, new Owned(mode, root + user, root + user, 0));
        }
    }

    boolean hasFolder(String path) {
        return folders.contains(path);
    }

    /** The content of one of the files that are kept. */
    Optional<byte[]> content(String path) {
        return Optional.ofNullable(kept.get(path));
    }

    private void above(String path) {
        for (var folder : EntryName.above(path)) {
            if (links.contains(folder)) {
                throw RefusedFiles.unsafe(path, "lies beyond the link " + folder);
            }
            if (!folders.contains(folder)) {
                directory(folder, new Owned(0755, root, root, 0));
            }
        }
    }

    @Override
    public void directory(String path, Owned owned) {
        above(path);
        forget(path);
        tree.directory(path, owned);
        folders.add(path);
    }

    @Override
    public void file(String path, Owned owned, InputStream content) throws IOException {
        place(path);
        if (KEPT.contains(path)) {
            var text = content.readNBytes(LARGEST_KEPT + 1);
            if (text.length > LARGEST_KEPT) {
                throw RefusedFiles.unsafe(path, "has more than 1 MiB");
            }
            kept.put(path, text);
            tree.file(path, owned, new ByteArrayInputStream(text));
        } else {
            tree.file(path, owned, content);
        }
    }

    @Override
    public void link(String path, Owned owned, String target) {
        place(path);
        tree.link(path, owned, target);
        links.add(path);
    }

    @Override
    public void hardLink(String path, String first) {
        above(path);
        // Its own name once more changes nothing.
        if (!path.equals(first)) {
            place(path);
        }
        tree.hardLink(path, first);
    }

    @Override
    public void pipe(String path, Owned owned) {
        place(path);
        tree.pipe(path, owned);
    }

    @Override
    public void whiteout(String path) {
        above(path);
        forget(path);
        inside(path);
        tree.remove(path);
    }

    @Override
    public void opaque(String path) {
        above(path);
        inside(path);
        tree.empty(path);
    }

    @Override
    public void attribute(String path, String name, String value) {
        tree.attribute(path, name, value);
    }

    /** Something else than a folder comes to be here. */
    private void place(String path) {
        above(path);
        forget(path);
        inside(path);
    }

    private void forget(String path) {
        links.remove(path);
        kept.remove(path);
        if (!path.equals(".")) {
            folders.remove(path);
        }
    }

    /** What was below it is gone. */
    private void inside(String path) {
        var below = path.equals(".") ? "" : path + "/";
        var end = path.equals(".") ? "\uFFFF" : path + "0"; // the character after the slash
        folders.subSet(below, true, end, false).clear();
        links.subSet(below, true, end, false).clear();
        kept.keySet().removeIf(file -> file.startsWith(below));
        folders.add(".");
    }
}
