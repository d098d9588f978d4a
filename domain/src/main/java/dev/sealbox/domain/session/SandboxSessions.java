package dev.sealbox.domain.session;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.SandboxId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Port: the sessions in this host's sandboxes. They live as long as their sandbox and this process do, and some minutes
 * after their end. Thread-safe. A stage fails with {@code SandboxMissing} when the sandbox does not run here.
 */
public interface SandboxSessions {

    /** Opens a session or changes one; the session as it is then. */
    CompletionStage<Outcome<SessionView>> act(SandboxId sandbox, SessionAction action);

    /** Running ones and those that are remembered, oldest first. */
    CompletionStage<List<SessionView>> sessions(SandboxId sandbox);

    /** {@code terminal} says which kind is meant; one of the other kind does not exist. */
    CompletionStage<Outcome<Attachment>> attach(SandboxId sandbox, SessionId session, boolean terminal);
}
