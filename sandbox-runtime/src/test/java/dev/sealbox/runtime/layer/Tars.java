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

    Tars() {
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

    Tars put(String name, byte kind, int mode, String content, Consumer<TarArchiveEntry> change) {
        try {
            // True keeps what would lead out of the archive.
            var entry = new TarArchiveEntry(name, kind, true);
            entry.setMode(mode);
            entry.setIds(OWNERS, OWNERS);
            entry.setModTime(1_000_000_000_000L);
            var data = content.getBytes(StandardCharsets.UTF_8);
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

    byte[] bytes() {
        try {
            tar.close();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
