package dev.sealbox.domain.session;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Port: the sessions of an organisation's sandboxes; a sandbox that {@code origin.organization()} does not own is refused
 * as not found, and one that does not run as what it is. Thread-safe.
 */
public interface Sessions {

    CompletionStage<Outcome<SessionView>> open(Origin origin, SandboxId sandbox, NewSession wanted);

    CompletionStage<Outcome<SessionView>> act(Origin origin, SandboxId sandbox, SessionAction action);

    CompletionStage<Outcome<List<SessionView>>> list(Origin origin, SandboxId sandbox);

    CompletionStage<Outcome<Attachment>> attach(Origin origin, SandboxId sandbox, SessionId session, boolean terminal);
}
