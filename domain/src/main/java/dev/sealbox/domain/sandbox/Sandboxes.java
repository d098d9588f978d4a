package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: an organisation's sandboxes; what {@code origin.organization()} does not own is refused as not found.
 * Thread-safe. A stage fails with an exception when the journal or the sandbox's host is out of reach.
 */
public interface Sandboxes {

    /** Complete when the first command can run. */
    CompletionStage<Outcome<SandboxView>> create(Origin origin, NewSandbox wanted);

    /** The same under an id that was drawn before: repeating it makes no second one. */
    CompletionStage<Outcome<SandboxView>> create(Origin origin, SandboxId id, NewSandbox wanted);

    CompletionStage<Outcome<SandboxView>> read(Origin origin, SandboxId sandbox);

    /** All that are not stopped, newest first. */
    CompletionStage<List<SandboxView>> list(Origin origin);

    /**
     * Ends the sandbox and removes its disk; its checkpoints stay. Succeeds when it was stopped before.
     *
     * @param deleteStore also delete the store of its last layer, best effort
     */
    CompletionStage<Outcome<Unit>> stop(Origin origin, SandboxId sandbox, boolean deleteStore);

    /**
     * Ends its processes and frees its memory, and keeps its disk, identity and tokens; complete when it is so. Succeeds
     * when it was hibernated before.
     */
    CompletionStage<Outcome<SandboxView>> hibernate(Origin origin, SandboxId sandbox);

    /**
     * Starts a hibernated sandbox again on its disk; complete when the first command can run. Succeeds when it runs
     * already.
     *
     * @param timeoutSeconds the new idle timeout; empty keeps the former one
     */
    CompletionStage<Outcome<SandboxView>> wake(Origin origin, SandboxId sandbox, Optional<Integer> timeoutSeconds);

    /** Ends all processes and starts anew on the same disk; complete when the first command can run. */
    CompletionStage<Outcome<Unit>> reboot(Origin origin, SandboxId sandbox);

    /** Sets the idle timeout, 0 for never, and restarts its clock. */
    CompletionStage<Outcome<Unit>> changeTimeout(Origin origin, SandboxId sandbox, int seconds);

    CompletionStage<Outcome<AllowedHosts>> allowedHosts(Origin origin, SandboxId sandbox);

    /** Runs a command to its end. */
    CompletionStage<Outcome<CommandResult>> run(Origin origin, SandboxId sandbox, Run run);

    /** As {@link SandboxFiles#read}. */
    CompletionStage<Outcome<InputStream>> readFile(Origin origin, SandboxId sandbox, String path);

    /** As {@link SandboxFiles#write}; {@code content} is closed also when the write is refused. */
    CompletionStage<Outcome<Unit>> writeFile(Origin origin, SandboxId sandbox, String path, InputStream content);

    /** As {@link SandboxFiles#list}. */
    CompletionStage<Outcome<List<FileEntry>>> listFiles(Origin origin, SandboxId sandbox, String path);

    /** As {@link SandboxFiles#makeDirectory}. */
    CompletionStage<Outcome<Unit>> makeDirectory(Origin origin, SandboxId sandbox, String path);

    /** As {@link SandboxFiles#remove}. */
    CompletionStage<Outcome<Unit>> removeFile(Origin origin, SandboxId sandbox, String path);
}
