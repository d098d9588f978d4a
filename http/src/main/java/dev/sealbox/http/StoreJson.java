package dev.sealbox.http;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Reflectors;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretChanged;
import dev.sealbox.domain.store.SecretSummary;
import dev.sealbox.domain.store.SecretVersion;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.domain.store.VersionSummary;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Secret stores as clients see them. */
final class StoreJson {
    private StoreJson() {}

    record Store(
            String id,
            String orgId,
            String name,
            List<String> egressAllowlist,
            List<String> egressDenylist,
            String unusableTokens,
            Instant createdAt,
            Instant updatedAt,
            int maxVersions,
            List<String> egressTcp,
            Optional<String> warning) {
        static Store of(StoreSummary store) {
            return new Store(
                    store.id().toString(),
                    store.organization().value(),
                    store.name().value(),
                    HostPattern.texts(store.allowlist()),
                    HostPattern.texts(store.denials().hosts()),
                    store.denials().unusableTokens().word(),
                    store.createdAt(),
                    store.updatedAt(),
                    store.maxVersions(),
                    TcpTarget.texts(store.egressTcp()),
                    Reflectors.warning(store.allowlist()));
        }
    }

    /** Metadata only: there is no field for the value. */
    record Entry(
            String id,
            String storeId,
            String name,
            List<String> allowedHosts,
            int version,
            String versionState,
            boolean enabled,
            List<String> locations,
            List<RuleJson.Rule> rules,
            Instant createdAt,
            Instant updatedAt) {
        static Entry of(SecretSummary secret) {
            return new Entry(
                    secret.entry().toString(),
                    secret.store().toString(),
                    secret.name().value(),
                    HostPattern.texts(secret.hosts()),
                    secret.version(),
                    word(secret.versionState()),
                    secret.enabled(),
                    secret.locations().words(),
                    secret.rules().stream().map(RuleJson.Rule::of).toList(),
                    secret.createdAt(),
                    secret.updatedAt());
        }
    }

    /** Metadata only: there is no field for the value. */
    record Version(
            int version,
            String state,
            boolean current,
            Instant createdAt,
            Optional<String> createdBy,
            Optional<String> requestId,
            List<String> allowedHosts,
            Optional<Integer> restoredFrom) {
        static Version of(VersionSummary version) {
            return new Version(
                    version.version(),
                    word(version.state()),
                    version.current(),
                    version.createdAt(),
                    known(version.createdBy()),
                    known(version.requestId()),
                    HostPattern.texts(version.hosts()),
                    version.restoredFrom());
        }

        private static Optional<String> known(String text) {
            return Optional.of(text).filter(some -> !some.isEmpty());
        }
    }

    private static String word(SecretVersion.State state) {
        return switch (state) {
            case ENABLED -> "enabled";
            case DISABLED -> "disabled";
            case DESTROYED -> "destroyed";
        };
    }

    /**
     * What a change has come to; every field is a string, since the command line client decodes a map of strings.
     *
     * @param refreshErrors the ids of sandboxes that have not taken it yet, separated by spaces; absent when all have
     */
    record SetResult(
            String name,
            String status,
            Optional<String> version,
            String refreshed,
            Optional<String> refreshErrors,
            Optional<String> warning) {
        static SetResult of(String name, String status, Refreshed refreshed) {
            return new SetResult(
                    name,
                    status,
                    Optional.empty(),
                    Integer.toString(refreshed.sandboxes()),
                    Reach.errors(refreshed),
                    Optional.empty());
        }

        static SetResult of(SecretName name, String status, SecretChanged changed, Optional<String> warning) {
            var refreshed = changed.refreshed();
            return new SetResult(
                    name.value(),
                    status,
                    Optional.of(Integer.toString(changed.version())),
                    Integer.toString(refreshed.sandboxes()),
                    Reach.errors(refreshed),
                    warning);
        }
    }
}
