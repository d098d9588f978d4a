package dev.sealbox.persistence.keys;

import dev.sealbox.domain.audit.Notary;
import dev.sealbox.persistence.database.Database;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Base64;

/**
 * Signs with the one key pair of this database, made at the first start. Its private half is wrapped by the master keys:
 * who has only the database can neither sign nor replace the pair unnoticed. Thread-safe.
 */
public final class SealedNotary implements Notary {
    private static final String ALGORITHM = "Ed25519";
    private static final byte[] CONTEXT = Wrapped.signingKey();

    private final PrivateKey secret;
    private final PublicKey known;

    private SealedNotary(PrivateKey secret, PublicKey known) {
        this.secret = secret;
        this.known = known;
    }

    /**
     * Reads the key pair, or makes it.
     *
     * @throws KeyFailure when it does not open, or when its halves do not belong together
     */
    public static SealedNotary open(Database database, MasterKeys masters) {
        var notary = database.now("read the signing key", connection -> {
            insert(connection, masters);
            return read(connection, masters);
        });
        if (!notary.verifies(CONTEXT, notary.sign(CONTEXT))) {
            throw new KeyFailure("the signing key's public half in the database was replaced");
        }
        return notary;
    }

    /** Does nothing when there is a pair. */
    private static void insert(Connection connection, MasterKeys masters) throws SQLException {
        var fresh = generate();
        var encoded = fresh.getPrivate().getEncoded();
        try (var insert = connection.prepareStatement(
                "INSERT INTO signing_key (id, public_key, wrapped) VALUES (1, ?, ?) ON CONFLICT DO NOTHING")) {
            insert.setBytes(1, fresh.getPublic().getEncoded());
            insert.setBytes(2, masters.wrap(encoded, CONTEXT));
            insert.executeUpdate();
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    private static SealedNotary read(Connection connection, MasterKeys masters) throws SQLException {
        try (var query = connection.prepareStatement("SELECT public_key, wrapped FROM signing_key");
                var rows = query.executeQuery()) {
            if (!rows.next()) {
                throw new KeyFailure("the signing key is gone");
            }
            return of(rows.getBytes(1), masters.unwrap(rows.getBytes(2), CONTEXT));
        }
    }

    private static SealedNotary of(byte[] known, byte[] secret) {
        try {
            var keys = KeyFactory.getInstance(ALGORITHM);
            return new SealedNotary(
                    keys.generatePrivate(new PKCS8EncodedKeySpec(secret)),
                    keys.generatePublic(new X509EncodedKeySpec(known)));
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("the signing key is not one", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    private static KeyPair generate() {
        try {
            return KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("a signing key cannot be made", e);
        }
    }

    @Override
    public byte[] sign(byte[] statement) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initSign(secret);
            signature.update(statement);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("a statement cannot be signed", e);
        }
    }

    @Override
    public boolean verifies(byte[] statement, byte[] claimed) {
        try {
            var signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(known);
            signature.update(statement);
            return signature.verify(claimed);
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("a signature cannot be checked", e);
        }
    }

    @Override
    public String publicKey() {
        var body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(known.getEncoded());
        return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
    }
}
