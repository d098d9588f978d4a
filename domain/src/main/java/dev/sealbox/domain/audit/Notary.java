package dev.sealbox.domain.audit;

/** Port: signs statements of this deployment with Ed25519 (RFC 8032), so that others can check them. Thread-safe. */
public interface Notary {

    /** The signature of {@code statement}, 64 bytes. */
    byte[] sign(byte[] statement);

    /** Whether this deployment's key made {@code signature} of {@code statement}; false also for a malformed one. */
    boolean verifies(byte[] statement, byte[] signature);

    /** The public key in PEM form (X.509 SubjectPublicKeyInfo), with which anybody can check a signature. */
    String publicKey();
}
