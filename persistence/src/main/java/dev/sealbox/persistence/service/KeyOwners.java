package dev.sealbox.persistence.service;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.organization.ApiKeyHash;
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.persistence.database.Database;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The table that says which organisation to ask about a key. A key's owner never changes. Thread-safe. */
final class KeyOwners {
    private static final int REMEMBERED = 10_000;

    private final Database database;
    private final Cache<ApiKeyHash, OrganizationId> valid =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    KeyOwners(Database database) {
        this.database = database;
    }

    /** From memory for keys that were valid when last asked about; from the table for all others. */
    CompletionStage<Optional<OrganizationId>> of(ApiKeyHash hash) {
        var known = valid.getIfPresent(hash);
        return known == null ? inTable(hash) : Futures.now(Optional.of(known));
    }

    void remember(ApiKeyHash hash, OrganizationId owner) {
        valid.put(hash, owner);
    }

    void forget(ApiKeyHash hash) {
        valid.invalidate(hash);
    }

    private CompletionStage<Optional<OrganizationId>> inTable(ApiKeyHash hash) {
        return database.ask("look up an API key", connection -> {
            try (var query = connection.prepareStatement("SELECT organization FROM api_key_owner WHERE hash = ?")) {
                query.setString(1, hash.hex());
                try (var rows = query.executeQuery()) {
                    return rows.next()
                            ? Optional.of(new OrganizationId(rows.getString(1)))
                            : Optional.<OrganizationId>empty();
                }
            }
        });
    }

    /** Notes the owner before the key's event; false when the key is another organisation's. */
    CompletionStage<Boolean> claim(OrganizationId organization, ApiKeyHash hash) {
        return database.ask("keep an API key's owner", connection -> {
                    try (var insert = connection.prepareStatement(
                            "INSERT INTO api_key_owner (hash, organization) VALUES (?, ?) ON CONFLICT DO NOTHING")) {
                        insert.setString(1, hash.hex());
                        insert.setString(2, organization.value());
                        return insert.executeUpdate();
                    }
                })
                .thenCompose(inserted -> inTable(hash))
                .thenApply(owner -> owner.equals(Optional.of(organization)));
    }

    /** Takes a claim back whose key was refused. */
    CompletionStage<Integer> release(ApiKeyHash hash) {
        return database.ask("forget an API key's owner", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM api_key_owner WHERE hash = ?")) {
                delete.setString(1, hash.hex());
                return delete.executeUpdate();
            }
        });
    }

    /** Every organisation that ever had a key, by id. */
    CompletionStage<List<Organizations.Summary>> organizations() {
        return database.ask("list organisations", connection -> {
            try (var query = connection.prepareStatement("SELECT organization, min(created_at) FROM api_key_owner"
                            + " GROUP BY organization ORDER BY organization COLLATE \"C\"");
                    var rows = query.executeQuery()) {
                var all = new ArrayList<Organizations.Summary>();
                while (rows.next()) {
                    all.add(new Organizations.Summary(
                            new OrganizationId(rows.getString(1)),
                            rows.getObject(2, OffsetDateTime.class).toInstant()));
                }
                return List.copyOf(all);
            }
        });
    }
}
