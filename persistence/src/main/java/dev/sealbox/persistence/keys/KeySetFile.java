package dev.sealbox.persistence.keys;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** A key set in a file of mode 0600, which several nodes may share. Thread-safe. */
final class KeySetFile implements KeySetSource {
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private final Path file;
    private final KeySetForm form;

    private KeySetFile(Path file, KeySetForm form) {
        this.file = file;
        this.form = form;
    }

    /** The keys themselves. */
    static KeySetFile plain(Path file) {
        return new KeySetFile(file, new KeySetForm.Plain());
    }

    /** Keys that a key management service must open. */
    static KeySetFile enveloped(Path file, Aead kms) {
        return new KeySetFile(file, new KeySetForm.Enveloped(kms));
    }

    @Override
    public String name() {
        return "the master key file " + file;
    }

    @Override
    public Optional<KeysetHandle> read() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            if (form instanceof KeySetForm.Plain) {
                requirePrivacy();
            }
            return Optional.of(form.parse(Files.readString(file), name()));
        } catch (IOException e) {
            throw new KeyFailure(name() + " cannot be read: " + reason(e), e);
        }
    }

    private void requirePrivacy() throws IOException {
        var permissions = Files.getPosixFilePermissions(file);
        if (permissions.stream().anyMatch(OTHERS::contains)) {
            throw new KeyFailure(name() + " is open to other users (" + PosixFilePermissions.toString(permissions)
                    + "); make it readable by its owner only: chmod 600");
        }
    }

    /** The exceptions of the file system say little more than the path. */
    private static String reason(IOException e) {
        return e.getClass().getSimpleName() + " " + e.getMessage();
    }

    @Override
    public void write(KeysetHandle keys) throws IOException {
        var text = form.text(keys);
        // A link stays one: what it points to is replaced.
        var target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        var folder = Optional.ofNullable(target.getParent()).orElseThrow();
        Files.createDirectories(folder);
        var draft = Files.createTempFile(
                folder,
                ".master-key",
                null,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            writeThrough(draft, text);
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
        try (var entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    private static void writeThrough(Path draft, String text) throws IOException {
        try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    @Override
    public Optional<String> remedy() {
        return Optional.empty();
    }
}
