package dev.sealbox.http;

import dev.sealbox.domain.checkpoint.Checkpoint.Facts;
import dev.sealbox.domain.checkpoint.Checkpoint.Stage;
import dev.sealbox.domain.checkpoint.CheckpointView;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.CheckpointKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A checkpoint as clients see it. The small d of {@code sandboxId} is theirs; it is empty when it stands for an image.
 *
 * @param memory whether its forks go on with its processes: on the host that it was taken on, in gVisor (decision 0056)
 */
record CheckpointJson(
        String id,
        String sandboxId,
        String orgId,
        String name,
        String kind,
        boolean memory,
        String status,
        SandboxConfig sandboxConfig,
        long sizeBytes,
        boolean isPublic,
        Instant createdAt,
        Optional<String> errorMsg,
        Optional<Instant> failedAt) {

    private static final String MASK = "***";

    /** What a fork inherits; the values of variables are masked. */
    record SandboxConfig(
            String templateID,
            int cpuCount,
            int memoryMB,
            int diskMB,
            int timeout,
            Map<String, String> envs,
            Map<String, String> metadata,
            List<String> secretStores) {

        private static SandboxConfig of(Contents contents) {
            var blueprint = contents.blueprint();
            var masked = new TreeMap<String, String>();
            blueprint.envs().keySet().forEach(name -> masked.put(name, MASK));
            return new SandboxConfig(
                    blueprint.template(),
                    blueprint.limits().cpuCount(),
                    blueprint.limits().memoryMB(),
                    blueprint.limits().diskMB(),
                    blueprint.timeoutSeconds(),
                    masked,
                    new TreeMap<>(blueprint.metadata()),
                    contents.stores().stream().map(StoreName::value).toList());
        }
    }

    /** Empty for a checkpoint that was never requested, which no port gives out. */
    static Optional<CheckpointJson> of(CheckpointView view) {
        return view.state().facts().map(facts -> of(view, facts));
    }

    private static CheckpointJson of(CheckpointView view, Facts facts) {
        var state = view.state();
        var failed = Optional.of(state).filter(one -> one.stage() == Stage.FAILED);
        return new CheckpointJson(
                view.id().toString(),
                facts.source().map(SandboxId::value).orElse(""),
                facts.organization().value(),
                facts.name(),
                kind(facts.kind()),
                state.memory(),
                status(state.stage()),
                SandboxConfig.of(facts.contents()),
                state.sizeBytes(),
                state.upkeep().published(),
                facts.createdAt(),
                failed.map(one -> one.reason()),
                failed.map(one -> one.failedAt()));
    }

    static String kind(CheckpointKind kind) {
        return switch (kind) {
            case FULL -> "full";
            case DISK_ONLY -> "disk_only";
        };
    }

    private static String status(Stage stage) {
        return switch (stage) {
            case ABSENT, PROCESSING -> "processing";
            case READY -> "ready";
            case FAILED, DELETED, DISCARDED -> "failed";
        };
    }
}
