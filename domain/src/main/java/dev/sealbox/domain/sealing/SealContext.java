package dev.sealbox.domain.sealing;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import java.nio.charset.StandardCharsets;

/**
 * Where an encrypted value belongs. It is the associated data of the encryption, so a ciphertext that is moved to
 * another organisation, store, name or version no longer opens. The key's id stands for the version: each has its own.
 */
public record SealContext(OrganizationId organization, StoreId store, SecretName name, KeyId version) {

    /** Unambiguous: none of the parts can hold a slash. */
    public byte[] associatedData() {
        return ("sealbox/secret/" + organization + "/" + store + "/" + name + "/" + version)
                .getBytes(StandardCharsets.UTF_8);
    }
}
