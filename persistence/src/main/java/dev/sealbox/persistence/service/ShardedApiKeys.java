package dev.sealbox.persistence.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.ApiKeyHash;
import dev.sealbox.domain.organization.ApiKeys;
import dev.sealbox.domain.organization.OrganizationCommand.IssueApiKey;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.OrganizationMessage;
import dev.sealbox.persistence.entity.OrganizationMessage.KeyFound;
import dev.sealbox.persistence.entity.OrganizationReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * API keys by their hashes. A table says which organisation to ask; whether the key is valid is decided by that
 * organisation at every request, so a revoked key is refused at once on every node.
 */
public final class ShardedApiKeys implements ApiKeys {
    private static final int REMEMBERED_OWNERS = 10_000;

    private final Entities entities;
    private final Database database;
    private final Cache<ApiKeyHash, OrganizationId> owners =
            Caffeine.newBuilder().maximumSize(REMEMBERED_OWNERS).build();

    public ShardedApiKeys(Entities entities, Database database) {
        this.entities = entities;
        this.database = database;
    }

    @Override
    public CompletionStage<Optional<Holder>> authenticate(String key) {
        var hash = ApiKeyHash.of(key);
        return owner(hash)
                .thenCompose(owner -> owner.map(organization -> ask(organization, hash))
                        .orElseGet(() -> Futures.now(Optional.empty())));
    }

    private CompletionStage<Optional<Holder>> ask(OrganizationId organization, ApiKeyHash hash) {
        return entities.<KeyFound>organization(organization, replyTo -> new OrganizationMessage.FindKey(hash, replyTo))
                .thenApply(found -> found.keyId().map(keyId -> new Holder(organization, keyId)));
    }

    /** An owner never changes, so it may be remembered; that there is none may change at any time. */
    private CompletionStage<Optional<OrganizationId>> owner(ApiKeyHash hash) {
        var known = owners.getIfPresent(hash);
        if (known != null) {
            return Futures.now(Optional.of(known));
        }
        return database.ask("look up an API key", connection -> {
                    try (var query =
                            connection.prepareStatement("SELECT organization FROM api_key_owner WHERE hash = ?")) {
                        query.setString(1, hash.hex());
                        try (var rows = query.executeQuery()) {
                            return rows.next()
                                    ? Optional.of(new OrganizationId(rows.getString(1)))
                                    : Optional.<OrganizationId>empty();
                        }
                    }
                })
                .thenApply(owner -> {
                    owner.ifPresent(organization -> owners.put(hash, organization));
                    return owner;
                });
    }

    @Override
    public CompletionStage<Void> issue(OrganizationId organization, String name, String key) {
        var hash = ApiKeyHash.of(key);
        var keyId = "key-" + hash.hex().substring(0, 12);
        return claim(organization, hash)
                .thenCompose(done -> owner(hash))
                .thenCompose(owner -> owner.equals(Optional.of(organization))
                        ? entities.<OrganizationReply>organization(
                                organization,
                                replyTo -> new OrganizationMessage.Execute(
                                        Origin.system(organization), new IssueApiKey(keyId, name, hash), replyTo))
                        : CompletableFuture.failedFuture(
                                new IllegalStateException("the API key belongs to another organisation")))
                .thenAccept(reply -> {});
    }

    private CompletionStage<Integer> claim(OrganizationId organization, ApiKeyHash hash) {
        return database.ask("keep an API key's owner", connection -> {
            try (var insert = connection.prepareStatement(
                    "INSERT INTO api_key_owner (hash, organization) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
                insert.setString(1, hash.hex());
                insert.setString(2, organization.value());
                return insert.executeUpdate();
            }
        });
    }

    /** Every organisation that ever had a key. */
    CompletionStage<List<OrganizationId>> organizations() {
        return database.ask("list organisations", connection -> {
            try (var query = connection.prepareStatement("SELECT DISTINCT organization FROM api_key_owner");
                    var rows = query.executeQuery()) {
                var all = new ArrayList<OrganizationId>();
                while (rows.next()) {
                    all.add(new OrganizationId(rows.getString(1)));
                }
                return List.copyOf(all);
            }
        });
    }
}
