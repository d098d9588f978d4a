package dev.sealbox.persistence.keys;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/** How a key set is written down: Tink's JSON, as it is or encrypted by a key management service. */
sealed interface KeySetForm {

    /** Whoever reads it has the keys. */
    record Plain() implements KeySetForm {}

    /** Whoever reads it must ask {@code kms}, too. */
    record Enveloped(Aead kms) implements KeySetForm {}

    byte[] CONTEXT = "sealbox/master-key-set".getBytes(StandardCharsets.UTF_8);

    /**
     * Reads a key set.
     *
     * @throws KeyFailure naming {@code source}, and nothing of the text, which may be a key
     */
    default KeysetHandle parse(String text, String source) {
        try {
            return switch (this) {
                case Plain() -> TinkJsonProtoKeysetFormat.parseKeyset(text, InsecureSecretKeyAccess.get());
                case Enveloped(var kms) -> TinkJsonProtoKeysetFormat.parseEncryptedKeyset(text, kms, CONTEXT);
            };
        } catch (KeyFailure | KeySourceUnavailable e) {
            throw e;
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new KeyFailure(source + " cannot be used: it holds no " + described());
        }
    }

    default String text(KeysetHandle keys) {
        try {
            return switch (this) {
                case Plain() -> TinkJsonProtoKeysetFormat.serializeKeyset(keys, InsecureSecretKeyAccess.get());
                case Enveloped(var kms) -> TinkJsonProtoKeysetFormat.serializeEncryptedKeyset(keys, kms, CONTEXT);
            };
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("the master key set cannot be written down", e);
        }
    }

    private String described() {
        return switch (this) {
            case Plain() -> "Tink key set in JSON";
            case Enveloped envelope -> "encrypted Tink key set in JSON that the key management service opens";
        };
    }
}
