package dev.sealbox.http;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretSummary;
import dev.sealbox.domain.store.StoreSummary;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Secret stores as clients see them. */
final class StoreJson {
    private StoreJson() {}

    record Store(
            String id, String orgId, String name, List<String> egressAllowlist, Instant createdAt, Instant updatedAt) {
        static Store of(StoreSummary store) {
            return new Store(
                    store.id().toString(),
                    store.organization().value(),
                    store.name().value(),
                    HostPattern.texts(store.allowlist()),
                    store.createdAt(),
                    store.updatedAt());
        }
    }

    /** Metadata only: there is no field for the value. */
    record Entry(
            String id, String storeId, String name, List<String> allowedHosts, Instant createdAt, Instant updatedAt) {
        static Entry of(SecretSummary secret) {
            return new Entry(
                    secret.entry().toString(),
                    secret.store().toString(),
                    secret.name().value(),
                    HostPattern.texts(secret.hosts()),
                    secret.createdAt(),
                    secret.updatedAt());
        }
    }

    /**
     * What a change has come to; every field is a string, since the command line client decodes a map of strings.
     *
     * @param refreshErrors the ids of sandboxes that have not taken it yet, separated by spaces; absent when all have
     */
    record SetResult(String name, String status, String refreshed, Optional<String> refreshErrors) {
        static SetResult of(SecretName name, Refreshed refreshed) {
            return of(name.value(), "set", refreshed);
        }

        static SetResult of(String name, String status, Refreshed refreshed) {
            return new SetResult(name, status, Integer.toString(refreshed.sandboxes()), Reach.errors(refreshed));
        }
    }
}
