package dev.sealbox.persistence.entity;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.domain.sealing.Vault;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A vault that only lists what is to be destroyed, or fails to. */
final class ListedVault implements Vault {
    final Set<KeyId> destroyed = ConcurrentHashMap.newKeySet();
    volatile boolean away;

    @Override
    public CompletionStage<Encrypted> seal(
            OrganizationId organization, StoreId store, SecretName name, Plaintext value) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("an entity never encrypts"));
    }

    @Override
    public CompletionStage<Plaintext> open(SealContext context, Encrypted value) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("an entity never decrypts"));
    }

    @Override
    public CompletionStage<Optional<Encrypted>> reseal(SealContext context, Encrypted value) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("an entity never encrypts"));
    }

    @Override
    public CompletionStage<Void> destroy(Collection<KeyId> keys) {
        if (away) {
            return CompletableFuture.failedFuture(new IllegalStateException("the database is away"));
        }
        destroyed.addAll(keys);
        return CompletableFuture.completedFuture(null);
    }
}
