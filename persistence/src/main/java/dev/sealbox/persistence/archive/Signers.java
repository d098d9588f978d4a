package dev.sealbox.persistence.archive;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.audit.Notary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whose archives are let in: this deployment's own, and those of others whose public keys an operator has put in a file. */
public final class Signers {
    private static final String ALGORITHM = "Ed25519";
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");

    private final Notary own;
    private final List<PublicKey> others;

    private Signers(Notary own, List<PublicKey> others) {
        this.own = own;
        this.others = others;
    }

    /**
     * Reads the keys of others.
     *
     * @param file public keys in PEM form, as {@code GET /api/audit/public-key} tells them
     */
    public static Signers open(Notary own, Optional<Path> file) {
        return new Signers(own, file.map(Signers::read).orElse(List.of()));
    }

    private static List<PublicKey> read(Path file) {
        try {
            var keys = PEM.matcher(Files.readString(file))
                    .results()
                    .map(found -> key(found.group(1)))
                    .toList();
            if (keys.isEmpty()) {
                throw new InvalidValue("sealbox.persistence.archives.trusted-keys-file holds no public key");
            }
            return keys;
        } catch (IOException | IllegalArgumentException e) {
            throw new InvalidValue("sealbox.persistence.archives.trusted-keys-file cannot be read: " + file);
        }
    }

    private static PublicKey key(String base64) {
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePublic(
                            new X509EncodedKeySpec(Base64.getMimeDecoder().decode(base64)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(e);
        }
    }

    byte[] sign(byte[] manifest) {
        return own.sign(ArchiveManifest.statement(manifest));
    }

    boolean haveSigned(byte[] manifest, byte[] signature) {
        var statement = ArchiveManifest.statement(manifest);
        return own.verifies(statement, signature)
                || others.stream().anyMatch(key -> verifies(key, statement, signature));
    }

    private static boolean verifies(PublicKey key, byte[] statement, byte[] signature) {
        try {
            var check = Signature.getInstance(ALGORITHM);
            check.initVerify(key);
            check.update(statement);
            return check.verify(signature);
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
