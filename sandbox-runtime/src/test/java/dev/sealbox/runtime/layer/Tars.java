package dev.sealbox.runtime.layer;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Makes tars that no honest program makes. */
final class Tars {
    static final int OWNERS = 100_000;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());

    private final int owner;

    Tars() {
        this(OWNERS);
    }

    /** @param owner of all in it, unless it says otherwise */
    Tars(int owner) {
        this.owner = owner;
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    Tars file(String name, String content, int mode) {
        return put(name, TarConstants.LF_NORMAL, mode, content, entry -> {});
    }

    Tars file(String name, String content) {
        return file(name, content, 0644);
    }

    Tars directory(String name, String... attributes) {
        return put(name + "/", TarConstants.LF_DIR, 0755, "", entry -> {
            for (var i = 0; i < attributes.length; i += 2) {
                entry.addPaxHeader("SCHILY.xattr." + attributes[i], attributes[i + 1]);
            }
        });
    }

    Tars link(String name, String target) {
        return put(name, TarConstants.LF_SYMLINK, 0777, "", entry -> entry.setLinkName(target));
    }

    Tars hardLink(String name, String first) {
        return put(name, TarConstants.LF_LINK, 0644, "", entry -> entry.setLinkName(first));
    }

    Tars pipe(String name) {
        return put(name, TarConstants.LF_FIFO, 0600, "", entry -> {});
    }

    Tars device(String name, byte kind, int major, int minor) {
        return put(name, kind, 0600, "", entry -> {
            entry.setDevMajor(major);
            entry.setDevMinor(minor);
        });
    }

    Tars whiteout(String name) {
        return device(name, TarConstants.LF_CHR, 0, 0);
    }

    /** Something that holds for all entries after it, so long. */
    Tars more(String key, int length) {
        try {
            var entry = new TarArchiveEntry("more", TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER);
            entry.addPaxHeader(key, "y".repeat(length));
            tar.putArchiveEntry(entry);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Tars bytes(String name, byte[] content) {
        return put(name, TarConstants.LF_NORMAL, 0644, content, entry -> {});
    }

    Tars put(String name, byte kind, int mode, String content, Consumer<TarArchiveEntry> change) {
        return put(name, kind, mode, content.getBytes(StandardCharsets.UTF_8), change);
    }

    private Tars put(String name, byte kind, int mode, byte[] data, Consumer<TarArchiveEntry> change) {
        try {
            // True keeps what would lead out of the archive.
            var entry = new TarArchiveEntry(name, kind, true);
            entry.setMode(mode);
            entry.setIds(owner, owner);
            entry.setModTime(1_000_000_000_000L);
            entry.setSize(data.length);
            change.accept(entry);
            tar.putArchiveEntry(entry);
            tar.write(data);
            tar.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** May be asked again. */
    byte[] bytes() {
        try {
            tar.close();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
