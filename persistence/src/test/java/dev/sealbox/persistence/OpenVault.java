package dev.sealbox.persistence;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.domain.sealing.Vault;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** A vault in memory for tests of rules: a key is the value itself until it is destroyed. */
final class OpenVault implements Vault {
    private final Map<KeyId, String> values = new ConcurrentHashMap<>();

    @Override
    @MayReveal("a vault sees what it seals")
    public CompletionStage<Encrypted> seal(
            OrganizationId organization, StoreId store, SecretName name, Plaintext value) {
        return CompletableFuture.completedFuture(keep(new String(value.reveal(), StandardCharsets.UTF_8)));
    }

    private Encrypted keep(String value) {
        var key = new KeyId(UUID.randomUUID());
        values.put(key, value);
        return new Encrypted(key, "AAAA");
    }

    @Override
    public CompletionStage<Plaintext> open(SealContext context, Encrypted value) {
        var kept = values.get(value.key());
        return kept == null
                ? CompletableFuture.failedFuture(new IllegalStateException("the key is destroyed"))
                : CompletableFuture.completedFuture(Plaintext.of(kept));
    }

    @Override
    public CompletionStage<Optional<Encrypted>> reseal(SealContext context, Encrypted value) {
        return CompletableFuture.completedFuture(
                Optional.ofNullable(values.get(value.key())).map(this::keep));
    }

    @Override
    public CompletionStage<Void> destroy(Collection<KeyId> keys) {
        values.keySet().removeAll(keys);
        return CompletableFuture.completedFuture(null);
    }
}
