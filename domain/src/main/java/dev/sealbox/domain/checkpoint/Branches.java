package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Port: what is done to sandboxes and checkpoints as branches of one tree. Thread-safe; scoped as {@code Sandboxes} is. */
public interface Branches {

    /** Puts a running sandbox back to a checkpoint of its own. Complete when that has begun; later calls wait for it. */
    CompletionStage<Outcome<Unit>> restore(Origin origin, SandboxId sandbox, CheckpointId checkpoint);

    /**
     * Lets every organisation fork a checkpoint, or only its own. Repeating it is harmless.
     *
     * @param images whether it may be one that stands for a snapshot or an image
     */
    CompletionStage<Outcome<CheckpointView>> publish(
            Origin origin, CheckpointId checkpoint, boolean published, boolean images);

    /** Adds a script for later forks; {@code id} was drawn before, so that a repeat adds none. */
    CompletionStage<Outcome<Patch>> addPatch(
            Origin origin, CheckpointId checkpoint, UUID id, String script, String description);

    /** In the order in which they run. */
    CompletionStage<Outcome<List<Patch>>> patches(Origin origin, CheckpointId checkpoint);

    CompletionStage<Outcome<Unit>> removePatch(Origin origin, CheckpointId checkpoint, UUID patch);

    /** Takes all secrets from a sandbox for good; complete when what carried them is cut, or its host does not answer. */
    CompletionStage<Outcome<Revocation>> revokeSecrets(Origin origin, SandboxId sandbox);

    /**
     * The same for what was forked from a checkpoint.
     *
     * @param subtree also for what was forked from its forks' checkpoints, now or later: such a fork gets only the store
     *     that its request names
     */
    CompletionStage<Outcome<Revocation>> revokeSecrets(Origin origin, CheckpointId checkpoint, boolean subtree);

    /** Where each secret of a sandbox comes from, by name. */
    CompletionStage<Outcome<List<Explanation>>> explain(Origin origin, SandboxId sandbox);
}
