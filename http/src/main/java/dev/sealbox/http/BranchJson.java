package dev.sealbox.http;

import dev.sealbox.domain.checkpoint.Explanation;
import dev.sealbox.domain.checkpoint.Revocation;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.store.SecretVersion;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Patches, revocations and explanations as clients see them. */
final class BranchJson {
    private BranchJson() {}

    /** {@code strategy} has one value; some client reads it. */
    record Patch(
            String id,
            String checkpointId,
            int sequence,
            String script,
            String description,
            String strategy,
            Instant createdAt) {

        static Patch of(CheckpointId checkpoint, dev.sealbox.domain.checkpoint.Patch patch) {
            return new Patch(
                    patch.id().toString(),
                    checkpoint.toString(),
                    patch.number(),
                    patch.script(),
                    patch.description(),
                    "on_wake",
                    patch.createdAt());
        }
    }

    /** The sandboxes that are cut off, and those whose host has not said so. */
    record Revoked(List<String> revoked, List<String> lagging) {
        static Revoked of(Revocation revocation) {
            return new Revoked(ids(revocation.cut()), ids(revocation.lagging()));
        }

        private static List<String> ids(List<SandboxId> sandboxes) {
            return sandboxes.stream().map(SandboxId::value).sorted().toList();
        }
    }

    /** Of tokens only how many there are. */
    record Explained(
            String name,
            String state,
            int layer,
            String storeId,
            String store,
            int version,
            List<String> allowedHosts,
            Tokens tokens,
            Optional<Event> event) {

        record Tokens(int own, int inherited) {}

        /** {@code entity} and {@code requestId} find it in the log. */
        record Event(
                String entity, String type, Instant at, String by, String requestId, Optional<Integer> restoredFrom) {

            private static Event of(Explanation explanation, SecretVersion version) {
                return new Event(
                        "store|" + explanation.store().store(),
                        version.restoredFrom().isPresent() ? "store.secret-rolled-back" : "store.secret-set",
                        version.createdAt(),
                        version.createdBy(),
                        version.requestId(),
                        version.restoredFrom());
            }
        }

        static Explained of(Explanation explanation) {
            return new Explained(
                    explanation.name().value(),
                    explanation.standing().name().toLowerCase(Locale.ROOT),
                    explanation.layer(),
                    explanation.store().store().toString(),
                    explanation.store().name().value(),
                    explanation.version(),
                    HostPattern.texts(explanation.hosts()),
                    new Tokens(explanation.ownTokens(), explanation.inheritedTokens()),
                    explanation.given().map(version -> Event.of(explanation, version)));
        }
    }
}
