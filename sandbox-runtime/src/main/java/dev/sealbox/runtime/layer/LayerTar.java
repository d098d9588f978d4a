package dev.sealbox.runtime.layer;

import dev.sealbox.domain.layer.SetuidFiles;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * A tar of one layer, entry by entry onto a tree. What could reach out of the tree, be a device or give rights is refused,
 * whoever has signed it.
 *
 * @param whiteouts how it says what was deleted
 * @param firstOwner the host's user id that root of its sandboxes has where it comes from
 * @param ourOwner the same here
 */
record LayerTar(Tree tree, Whiteouts whiteouts, int firstOwner, int ourOwner, SetuidFiles setuid) {
    private static final String ATTRIBUTE = "SCHILY.xattr.";
    private static final String OPAQUE = "trusted.overlay.opaque";
    private static final String CAPABILITY = "security.capability";
    private static final int OWNERS = 65536;
    private static final int PERMISSIONS = 07777;
    private static final int GIVES_RIGHTS = 06000;
    private static final int SETUID = 04000;

    /** How a layer says that something of the layers below is gone. */
    enum Whiteouts {
        /** As the kernel's overlays do: devices with the number 0, and attributes of directories. */
        DEVICES,
        /** As OCI images do: empty files whose names begin with {@code .wh.}, which are applied before. */
        NAMES
    }

    void apply(InputStream tar) throws IOException {
        try (var entries = whiteouts == Whiteouts.DEVICES ? TarEntries.ofOurs(tar) : TarEntries.ofOthers(tar)) {
            for (var entry = entries.next(); entry.isPresent(); entry = entries.next()) {
                put(entry.get(), entries.content());
            }
        }
    }

    private void put(TarArchiveEntry entry, InputStream content) throws IOException {
        var path = EntryName.checked(entry.getName());
        if (whiteouts == Whiteouts.NAMES && EntryName.last(path).startsWith(Deletions.MARK)) {
            return;
        }
        if (path.equals(".") && !entry.isDirectory()) {
            throw RefusedFiles.unsafe(entry.getName(), "has the place of the root and is no directory");
        }
        if (entry.isDirectory()) {
            directory(path, entry);
        } else if (entry.isSymbolicLink()) {
            tree.link(path, owned(entry, path), entry.getLinkName());
        } else if (entry.isLink()) {
            tree.hardLink(path, target(entry, path));
        } else if (entry.isCharacterDevice() && isWhiteout(entry)) {
            tree.whiteout(path);
        } else if (entry.isCharacterDevice() || entry.isBlockDevice()) {
            throw RefusedFiles.unsafe(path, "is a device");
        } else if (entry.isFIFO()) {
            tree.pipe(path, owned(entry, path));
        } else if (entry.isFile()) {
            tree.file(path, owned(entry, path), content);
            attributes(path, entry);
        } else {
            throw RefusedFiles.unsafe(path, "is of a kind that files of a sandbox are not");
        }
    }

    private void directory(String path, TarArchiveEntry entry) {
        tree.directory(path, owned(entry, path));
        if (whiteouts == Whiteouts.DEVICES && "y".equals(entry.getExtraPaxHeader(ATTRIBUTE + OPAQUE))) {
            tree.opaque(path);
        }
        attributes(path, entry);
    }

    private boolean isWhiteout(TarArchiveEntry entry) {
        return whiteouts == Whiteouts.DEVICES && entry.getDevMajor() == 0 && entry.getDevMinor() == 0;
    }

    private static String target(TarArchiveEntry entry, String path) {
        try {
            return EntryName.checked(entry.getLinkName());
        } catch (RefusedFiles e) {
            throw RefusedFiles.unsafe(path, "is another name of a file outside of the archive");
        }
    }

    /** What programs note about their files; nothing that the system goes by. */
    private void attributes(String path, TarArchiveEntry entry) {
        entry.getExtraPaxHeaders().forEach((key, value) -> {
            if (key.equals(ATTRIBUTE + CAPABILITY) && setuid == SetuidFiles.REFUSE) {
                throw RefusedFiles.unsafe(path, "has capabilities");
            }
            var kept = key.startsWith(ATTRIBUTE + "user.")
                    || (key.equals(ATTRIBUTE + CAPABILITY) && setuid == SetuidFiles.KEEP);
            if (kept && value.indexOf('\uFFFD') < 0) {
                tree.attribute(path, key.substring(ATTRIBUTE.length()), value);
            }
        });
    }

    private TreeWriter.Owned owned(TarArchiveEntry entry, String path) {
        return new TreeWriter.Owned(
                mode(entry, path),
                owner(entry.getLongUserId(), path),
                owner(entry.getLongGroupId(), path),
                entry.getLastModifiedTime().toInstant().getEpochSecond());
    }

    private int owner(long id, String path) {
        var own = id - firstOwner;
        if (own < 0 || own >= OWNERS) {
            throw RefusedFiles.unsafe(path, "belongs to an owner that no sandbox has");
        }
        return (int) own + ourOwner;
    }

    /** Setgid of a directory only tells whose new files in it are. */
    private int mode(TarArchiveEntry entry, String path) {
        var mode = entry.getMode() & PERMISSIONS;
        if (setuid == SetuidFiles.KEEP) {
            return mode;
        }
        if (entry.isDirectory()) {
            return mode & ~SETUID;
        }
        if ((mode & GIVES_RIGHTS) != 0 && !entry.isSymbolicLink() && setuid == SetuidFiles.REFUSE) {
            throw RefusedFiles.unsafe(path, "is setuid or setgid");
        }
        return mode & ~GIVES_RIGHTS;
    }
}
