package dev.sealbox.domain.session;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: {@link SandboxSessions} of all hosts, wherever in the cluster they are. Thread-safe. */
public interface SessionHosts {

    CompletionStage<Outcome<SessionView>> act(HostId host, SandboxId sandbox, SessionAction action);

    CompletionStage<List<SessionView>> sessions(HostId host, SandboxId sandbox);

    CompletionStage<Outcome<Attachment>> attach(HostId host, SandboxId sandbox, SessionId session, boolean terminal);
}
