package dev.sealbox.proxy;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import dev.sealbox.domain.sealing.Vault;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A vault in memory. */
public final class TestVault implements Vault {
    private final Map<KeyId, byte[]> values = new ConcurrentHashMap<>();
    public final AtomicInteger opened = new AtomicInteger();

    @Override
    @MayReveal("the test's own values")
    public CompletionStage<Encrypted> seal(
            OrganizationId organization, StoreId store, SecretName name, Plaintext value) {
        return CompletableFuture.completedFuture(keep(value));
    }

    @MayReveal("the test's own values")
    public Encrypted keep(Plaintext value) {
        var key = new KeyId(UUID.randomUUID());
        values.put(key, value.reveal().clone());
        return new Encrypted(key, "");
    }

    @Override
    public CompletionStage<Plaintext> open(SealContext context, Encrypted value) {
        opened.incrementAndGet();
        var bytes = values.get(value.key());
        return bytes == null
                ? CompletableFuture.failedFuture(new IllegalStateException("the data key was destroyed"))
                : CompletableFuture.completedFuture(Plaintext.owning(bytes.clone()));
    }

    @Override
    public CompletionStage<Optional<Encrypted>> reseal(SealContext context, Encrypted value) {
        var bytes = Optional.ofNullable(values.get(value.key()));
        return CompletableFuture.completedFuture(bytes.map(kept -> keep(Plaintext.owning(kept.clone()))));
    }

    @Override
    public CompletionStage<Void> destroy(Collection<KeyId> keys) {
        keys.forEach(values::remove);
        return CompletableFuture.completedFuture(null);
    }
}
