package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.Plaintext;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;

/** Who Sealbox is to the operator's proxy. Never printed, never sent to anybody else. Thread-safe. */
final class ProxyCredentials {
    private static final int MOST_BYTES = 1024;
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    /** {@code user:password} in base64. */
    private final Plaintext encoded;

    /** The file cannot be used. Quotes nothing of it. */
    public static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unusable(Path file, String fault) {
            super("the file with the outgoing proxy's credentials, " + file + ", " + fault);
        }
    }

    private ProxyCredentials(Plaintext encoded) {
        this.encoded = encoded;
    }

    /**
     * Reads a file whose first and only line is {@code user:password}.
     *
     * @throws Unusable when it is missing, open to other users, or something else
     */
    static ProxyCredentials read(Path file) {
        byte[] bytes;
        try {
            var permissions = Files.getPosixFilePermissions(file);
            if (permissions.stream().anyMatch(OTHERS::contains)) {
                throw new Unusable(
                        file, "is open to other users (" + PosixFilePermissions.toString(permissions) + "): chmod 600");
            }
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new Unusable(file, "cannot be read: " + e.getClass().getSimpleName());
        }
        try {
            return new ProxyCredentials(Plaintext.owning(Base64.getEncoder().encode(line(file, bytes))));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static byte[] line(Path file, byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
            end--;
        }
        boolean separated = false;
        for (int i = 0; i < end; i++) {
            separated |= bytes[i] == ':' && i > 0;
            if (bytes[i] >= 0 && bytes[i] < ' ') {
                throw new Unusable(file, "holds more than one line");
            }
        }
        if (!separated || end > MOST_BYTES) {
            throw new Unusable(file, "does not hold user:password");
        }
        return Arrays.copyOf(bytes, end);
    }

    /** Writes the header field. */
    @MayReveal("the operator's proxy gets the credentials that the operator has for it")
    void writeTo(ByteBuf request) {
        request.writeCharSequence("Proxy-Authorization: Basic ", StandardCharsets.US_ASCII);
        request.writeBytes(encoded.reveal());
        request.writeCharSequence("\r\n", StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return "redacted";
    }
}
