package dev.sealbox.domain.sealing;

/**
 * One version of a secret's value, encrypted under a data key of its own.
 *
 * @param ciphertext standard base64
 */
public record Encrypted(KeyId key, String ciphertext) {
    @Override
    public String toString() {
        return "Encrypted[" + key + "]";
    }
}
