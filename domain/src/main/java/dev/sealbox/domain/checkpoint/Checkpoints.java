package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.SandboxView;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: checkpoints of sandboxes and the forks of them. Thread-safe; scoped as {@code Sandboxes} is. */
public interface Checkpoints {

    /** Answers at once; the checkpoint is processing. The name is 1 to 128 characters, unique in its sandbox. */
    CompletionStage<Outcome<CheckpointView>> create(Origin origin, SandboxId sandbox, String name, CheckpointKind kind);

    /**
     * The same under an id that was drawn before: repeating it makes no second one. Older ones give way when everything
     * else has been checked; when too few may, none does, and there is no new one.
     */
    CompletionStage<Outcome<CheckpointView>> create(
            Origin origin, SandboxId sandbox, CheckpointId id, String name, CheckpointKind kind, Retention retention);

    /** Newest first; also of a stopped sandbox. */
    CompletionStage<Outcome<List<CheckpointView>>> list(Origin origin, SandboxId sandbox);

    CompletionStage<Outcome<Unit>> delete(Origin origin, SandboxId sandbox, CheckpointId checkpoint);

    /** Waits up to 30 s for a processing checkpoint; complete when the fork's first command can run. */
    CompletionStage<Outcome<SandboxView>> fork(Origin origin, CheckpointId checkpoint, NewFork wanted);

    /** The same under an id that was drawn before: repeating it makes no second one. */
    CompletionStage<Outcome<SandboxView>> fork(Origin origin, CheckpointId checkpoint, SandboxId fork, NewFork wanted);
}
