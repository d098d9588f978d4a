package dev.sealbox.domain.forgetting;

/**
 * A signed statement about what was destroyed.
 *
 * @param statement canonical JSON (RFC 8785); exactly these characters in UTF-8 are signed
 * @param signature Ed25519, standard base64
 * @param publicKey PEM, the key of {@link dev.sealbox.domain.audit.Notary}
 */
public record Certificate(String statement, String signature, String publicKey) {}
