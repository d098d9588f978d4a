package dev.sealbox.domain.sealing;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: where values are encrypted, opened and forgotten. Thread-safe.
 *
 * <p>A stage fails with an exception of the implementation when the key database is out of reach or a seal is broken;
 * no message holds a value.
 */
public interface Vault extends Opening {

    /** Encrypts under a fresh data key, durable before the stage completes. The caller closes {@code value}. */
    CompletionStage<Encrypted> seal(OrganizationId organization, StoreId store, SecretName name, Plaintext value);

    /**
     * Encrypts what {@code value} holds once more, under a fresh data key, durable before the stage completes; the
     * plaintext does not leave the vault. Empty when the data key of {@code value} is destroyed.
     */
    CompletionStage<Optional<Encrypted>> reseal(SealContext context, Encrypted value);

    /** Destroys data keys; repeating it is harmless. */
    CompletionStage<Void> destroy(Collection<KeyId> keys);
}
