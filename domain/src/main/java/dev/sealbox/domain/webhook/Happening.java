package dev.sealbox.domain.webhook;

import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PreviewAddress;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.sandbox.SandboxEvent;
import java.util.Map;
import java.util.Optional;

/**
 * What there is to tell about a sandbox.
 *
 * @param data texts, numbers and optionals of them; never of environments, metadata or secrets
 */
public record Happening(EventType type, SandboxId sandbox, Map<String, Object> data) {
    public Happening {
        data = Map.copyOf(data);
    }

    /**
     * What an event of a sandbox means to those outside; most are inner affairs.
     *
     * @param previews where its ports are reached
     */
    public static Optional<Happening> of(SandboxId sandbox, SandboxEvent event, PreviewAddress previews) {
        return switch (event) {
            case SandboxEvent.SandboxCreated(var plan) ->
                told(EventType.CREATED, sandbox, Map.of("template", plan.template()));
            case SandboxEvent.SandboxStarted e -> told(EventType.READY, sandbox, Map.of());
            case SandboxEvent.SandboxHibernated e -> told(EventType.HIBERNATED, sandbox, Map.of());
            case SandboxEvent.SandboxWoken e -> told(EventType.RESUMED, sandbox, Map.of());
            case SandboxEvent.SandboxStopped e -> told(EventType.STOPPED, sandbox, Map.of("reason", "user_requested"));
            case SandboxEvent.SandboxLost e -> told(EventType.STOPPED, sandbox, Map.of("reason", "crash"));
            case SandboxEvent.SandboxScaled(var limits, var automatic) ->
                told(EventType.SCALED, sandbox, Map.of("cpuCount", limits.cpuCount(), "memoryMB", limits.memoryMB()));
            case SandboxEvent.PortExposed exposed ->
                preview(sandbox, exposed.port(), Optional.of(previews.url(sandbox, exposed.port())));
            case SandboxEvent.PortClosed(var port) -> preview(sandbox, port, Optional.empty());
            default -> Optional.empty();
        };
    }

    private static Optional<Happening> preview(SandboxId sandbox, PreviewPort port, Optional<String> url) {
        return told(EventType.PREVIEW_URL_CHANGED, sandbox, Map.of("port", port.number(), "url", url));
    }

    /**
     * What an event of a checkpoint means to those outside.
     *
     * @param source the sandbox that it was taken of, if it is the organisation's; who forks a published checkpoint of
     *     another one is told of the checkpoint only
     */
    public static Optional<Happening> of(CheckpointId checkpoint, Optional<SandboxId> source, CheckpointEvent event) {
        return switch (event) {
            case CheckpointEvent.CheckpointReady e ->
                source.flatMap(sandbox ->
                        told(EventType.CHECKPOINT_CREATED, sandbox, Map.of("checkpointId", checkpoint.toString())));
            case CheckpointEvent.CheckpointForked(var fork) ->
                told(
                        EventType.FORKED,
                        fork,
                        Map.of("parentId", source.map(SandboxId::value).orElseGet(checkpoint::toString)));
            default -> Optional.empty();
        };
    }

    private static Optional<Happening> told(EventType type, SandboxId sandbox, Map<String, Object> data) {
        return Optional.of(new Happening(type, sandbox, data));
    }
}
