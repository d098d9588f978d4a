package dev.sealbox.domain.sandbox;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.sandbox.Sandbox.NamedCheckpoint;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import dev.sealbox.domain.sandbox.SandboxCommand.NameCheckpoint;
import dev.sealbox.domain.sandbox.SandboxCommand.RestoreCheckpoint;
import dev.sealbox.domain.sandbox.SandboxEvent.CheckpointForgotten;
import dev.sealbox.domain.sandbox.SandboxEvent.CheckpointNamed;
import dev.sealbox.domain.sandbox.SandboxEvent.CheckpointUncounted;
import dev.sealbox.domain.sandbox.SandboxEvent.RestoreRequested;
import java.util.LinkedHashMap;
import java.util.Map;

/** WHICH CHECKPOINTS A SANDBOX HAS, under which names, and how many more it may have. */
final class Checkpointing {
    private Checkpointing() {}

    static Decision<SandboxEvent, SandboxRefusal> name(Sandbox sandbox, NameCheckpoint named) {
        var checkpoints = sandbox.checkpoints();
        if (checkpoints.containsKey(named.checkpoint())) {
            return accept();
        }
        if (sandbox.stage() != Stage.RUNNING) {
            return refuse(new SandboxRefusal.NotRunning(sandbox.stage().status()));
        }
        if (checkpoints.values().stream().anyMatch(other -> other.name().equals(named.name()))) {
            return refuse(new SandboxRefusal.CheckpointNameTaken(named.name()));
        }
        var ofKind = checkpoints.values().stream()
                .filter(other -> other.counted() && other.kind() == named.kind())
                .count();
        return ofKind < named.kind().limit() + named.leaving()
                ? accept(new CheckpointNamed(named.checkpoint(), named.name(), named.kind()))
                : refuse(new SandboxRefusal.TooManyCheckpoints(named.kind().limit()));
    }

    static Decision<SandboxEvent, SandboxRefusal> forget(Sandbox sandbox, CheckpointId checkpoint) {
        return sandbox.checkpoints().containsKey(checkpoint) ? accept(new CheckpointForgotten(checkpoint)) : accept();
    }

    static Decision<SandboxEvent, SandboxRefusal> uncount(Sandbox sandbox, CheckpointId checkpoint) {
        var known = sandbox.checkpoints().get(checkpoint);
        return known != null && known.counted() ? accept(new CheckpointUncounted(checkpoint)) : accept();
    }

    static Decision<SandboxEvent, SandboxRefusal> restore(Sandbox sandbox, RestoreCheckpoint wanted) {
        return sandbox.stage() == Stage.RUNNING
                ? accept(new RestoreRequested(wanted.checkpoint(), wanted.fileLayers()))
                : refuse(new SandboxRefusal.NotRunning(sandbox.stage().status()));
    }

    static Map<CheckpointId, NamedCheckpoint> after(Map<CheckpointId, NamedCheckpoint> before, CheckpointNamed named) {
        var after = new LinkedHashMap<>(before);
        after.put(named.checkpoint(), new NamedCheckpoint(named.name(), named.kind(), true));
        return after;
    }

    static Map<CheckpointId, NamedCheckpoint> without(
            Map<CheckpointId, NamedCheckpoint> before, CheckpointId forgotten) {
        var after = new LinkedHashMap<>(before);
        after.remove(forgotten);
        return after;
    }

    static Map<CheckpointId, NamedCheckpoint> uncounted(
            Map<CheckpointId, NamedCheckpoint> before, CheckpointId failed) {
        var after = new LinkedHashMap<>(before);
        after.computeIfPresent(failed, (key, known) -> new NamedCheckpoint(known.name(), known.kind(), false));
        return after;
    }
}
