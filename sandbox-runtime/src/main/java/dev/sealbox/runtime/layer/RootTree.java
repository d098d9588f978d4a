package dev.sealbox.runtime.layer;

import dev.sealbox.runtime.layer.TreeWriter.Owned;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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
    private final KnownPaths known;
    private final Map<String, byte[]> kept = new HashMap<>();

    /** Of those that are kept: what is there and is no file whose text we have read. */
    private final Set<String> unread = new HashSet<>();

    /**
     * An empty one.
     *
     * @param root the host's user id that has what has no owner yet
     */
    RootTree(TreeWriter tree, int root, KnownPaths known) {
        this.tree = tree;
        this.root = root;
        this.known = known;
    }

    /** Makes a folder unless it is there, by way of links as a sandbox follows them. Nothing else makes room for it. */
    void ensure(String path, int mode, int user) {
        var real = known.resolved(path);
        EntryName.above(real).forEach(folder -> add(folder, 0755, 0));
        add(real, mode, user);
    }

    private void add(String folder, int mode, int user) {
        if (!known.isFolder(folder)) {
            tree.newDirectory(folder, new Owned(mode, root + user, root + user, 0));
            known.folder(folder);
        }
    }

    boolean hasFolder(String path) {
        return known.isFolder(path);
    }

    boolean hasLink(String path) {
        return known.isLink(path);
    }

    /** The content of one of the files that are kept. */
    Optional<byte[]> content(String path) {
        if (unread.contains(path) || known.isFolder(path)) {
            throw RefusedFiles.unsafe(path, "is no file of its own, so no user can be put into it");
        }
        return Optional.ofNullable(kept.get(path));
    }

    private void above(String path) {
        for (var folder : EntryName.above(path)) {
            if (known.isLink(folder)) {
                throw RefusedFiles.unsafe(path, "lies beyond the link " + folder);
            }
            if (!known.isFolder(folder)) {
                directory(folder, new Owned(0755, root, root, 0));
            }
        }
    }

    @Override
    public void directory(String path, Owned owned) {
        above(path);
        forget(path);
        tree.directory(path, owned);
        known.folder(path);
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
        known.link(path, target);
        obscure(path);
    }

    @Override
    public void hardLink(String path, String first) {
        above(path);
        // Its own name once more changes nothing.
        if (!path.equals(first)) {
            place(path);
            obscure(path);
        }
        tree.hardLink(path, first);
    }

    @Override
    public void pipe(String path, Owned owned) {
        place(path);
        tree.pipe(path, owned);
        obscure(path);
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

    private void obscure(String path) {
        if (KEPT.contains(path)) {
            unread.add(path);
        }
    }

    private void forget(String path) {
        kept.remove(path);
        unread.remove(path);
        if (!path.equals(".")) {
            known.forget(path);
        }
    }

    /** What was below it is gone. */
    private void inside(String path) {
        known.forgetBelow(path);
        var below = path.equals(".") ? "" : path + "/";
        kept.keySet().removeIf(file -> file.startsWith(below));
        unread.removeIf(file -> file.startsWith(below));
    }
}
