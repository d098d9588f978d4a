package dev.sealbox.http;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.placement.OnHostLoss;
import dev.sealbox.domain.preview.PreviewToken;
import dev.sealbox.domain.sandbox.AllowedHosts;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Widening;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Sandboxes as clients see them. The capitals of {@code sandboxID} are theirs. */
final class SandboxJson {
    private SandboxJson() {}

    /** Both {@code templateID} and {@code template} are read by some client. */
    record Sandbox(
            String sandboxID,
            String status,
            String templateID,
            String template,
            String sandboxDomain,
            Instant startedAt,
            Map<String, String> metadata,
            Map<String, String> tags,
            Optional<Instant> tagsLastUpdatedAt,
            int cpuCount,
            int memoryMB,
            int diskMB,
            Optional<String> workerID,
            Optional<String> fromCheckpointId,
            Optional<String> patchError,
            Optional<String> previewAuthToken,
            Optional<List<String>> warnings,
            Optional<Map<String, String>> hostLabels,
            Optional<String> onHostLoss,
            Optional<Boolean> memory,
            Optional<List<Hook>> webhooks) {

        static Sandbox of(SandboxView view, String domain) {
            var blueprint = view.blueprint();
            return new Sandbox(
                    view.id().value(),
                    view.status(),
                    blueprint.template(),
                    blueprint.template(),
                    domain,
                    view.startedAt(),
                    new TreeMap<>(blueprint.metadata()),
                    new TreeMap<>(view.upkeep().tags()),
                    view.upkeep().tagsUpdatedAt(),
                    blueprint.limits().cpuCount(),
                    blueprint.limits().memoryMB(),
                    blueprint.limits().diskMB(),
                    view.host().map(HostId::value),
                    blueprint.origin().map(CheckpointId::toString),
                    Optional.of(view.branch().patchError()).filter(error -> !error.isEmpty()),
                    Optional.empty(),
                    view.branch().widening().map(Widening::warnings),
                    Optional.of(view.upkeep().site().wanted().labels()).filter(labels -> !labels.isEmpty()),
                    Optional.of(view.upkeep().site().wanted().onHostLoss())
                            .filter(policy -> policy != OnHostLoss.FAIL)
                            .map(OnHostLoss::word),
                    Optional.of(view.upkeep().site().processes()).filter(kept -> kept),
                    Optional.empty());
        }

        /** The same with what was registered along with it. */
        Sandbox with(List<Hook> hooks) {
            return with(previewAuthToken, Optional.of(hooks));
        }

        /** The same with the token, which is shown to its creator and nobody else. */
        Sandbox with(PreviewToken token) {
            return with(Optional.of(token.value()), webhooks);
        }

        private Sandbox with(Optional<String> token, Optional<List<Hook>> hooks) {
            return new Sandbox(
                    sandboxID,
                    status,
                    templateID,
                    template,
                    sandboxDomain,
                    startedAt,
                    metadata,
                    tags,
                    tagsLastUpdatedAt,
                    cpuCount,
                    memoryMB,
                    diskMB,
                    workerID,
                    fromCheckpointId,
                    patchError,
                    token,
                    warnings,
                    hostLabels,
                    onHostLoss,
                    memory,
                    hooks);
        }

        @Override
        public String toString() {
            return "Sandbox[" + sandboxID + "]";
        }
    }

    /** A webhook that was registered with its sandbox; the secret once, and only when it was drawn for it. */
    record Hook(String id, String url, Optional<String> secret) {
        @Override
        public String toString() {
            return "Hook[" + id + "]";
        }
    }

    /** {@code keeps} says what of it is kept: its disk alone, or its processes as well. */
    record Hibernated(String sandboxID, String status, long sizeBytes, String keeps) {
        static Hibernated of(SandboxView view) {
            return new Hibernated(view.id().value(), "hibernated", view.upkeep().keptBytes(), keeps(view));
        }

        private static String keeps(SandboxView view) {
            return view.upkeep().site().processes() ? "memory" : "disk";
        }
    }

    record Hosts(
            String sandboxID,
            Optional<String> secretStore,
            Optional<String> baseSecretStore,
            List<String> egressAllowlist,
            List<String> egressDenylist,
            Map<String, List<String>> perSecretAllowedHosts,
            List<String> egressTcp) {

        static Hosts of(SandboxId sandbox, AllowedHosts hosts) {
            var perSecret = new TreeMap<String, List<String>>();
            hosts.perSecret().forEach((name, patterns) -> perSecret.put(name.value(), HostPattern.texts(patterns)));
            return new Hosts(
                    sandbox.value(),
                    fromTop(hosts, 0),
                    fromTop(hosts, 1),
                    HostPattern.texts(hosts.allowlist()),
                    HostPattern.texts(hosts.denylist()),
                    perSecret,
                    TcpTarget.texts(hosts.egressTcp()));
        }

        private static Optional<String> fromTop(AllowedHosts hosts, int below) {
            var index = hosts.stores().size() - 1 - below;
            return index < 0
                    ? Optional.empty()
                    : Optional.of(hosts.stores().get(index).value());
        }
    }
}
