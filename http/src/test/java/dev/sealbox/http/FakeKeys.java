package dev.sealbox.http;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.organization.ApiKeys;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** API keys in memory. */
final class FakeKeys implements ApiKeys {
    private final Map<String, Holder> holders = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<Optional<Holder>> authenticate(String key) {
        return CompletableFuture.completedFuture(Optional.ofNullable(holders.get(key)));
    }

    @Override
    public CompletionStage<Void> issue(OrganizationId organization, String name, String key) {
        holders.put(key, new Holder(organization, name));
        return CompletableFuture.completedFuture(null);
    }
}
