package dev.sealbox.server.host;

import akka.actor.typed.ActorSystem;
import akka.stream.Materializer;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionHosts;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionView;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Sessions on the hosts of the cluster, reached by messages; what clients say and hear travels as streams. */
public final class ClusterSessions implements SessionHosts {
    private final ClusterHosts hosts;
    private final Materializer streams;

    public ClusterSessions(ActorSystem<?> system, ClusterHosts hosts) {
        this.hosts = hosts;
        this.streams = Materializer.matFromSystem(system);
    }

    @Override
    public CompletionStage<Outcome<SessionView>> act(HostId host, SandboxId sandbox, SessionAction action) {
        return hosts.ask(host, asker -> new HostMessage.Act(sandbox, action, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.SessionIs(var session) -> Outcome.done(session);
                    case HostReply.SessionRefused(var reason) -> Outcome.refused(reason);
                    default -> throw ClusterHosts.failure(reply);
                });
    }

    @Override
    public CompletionStage<List<SessionView>> sessions(HostId host, SandboxId sandbox) {
        return hosts.ask(host, asker -> new HostMessage.ListSessions(sandbox, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.SessionsListed(var sessions) -> sessions;
                    default -> throw ClusterHosts.failure(reply);
                });
    }

    @Override
    public CompletionStage<Outcome<Attachment>> attach(
            HostId host, SandboxId sandbox, SessionId session, boolean terminal) {
        return hosts.ask(host, asker -> new HostMessage.Attach(sandbox, session, terminal, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.Attached attached -> Outcome.done(AttachmentStreams.taken(attached, streams));
                    case HostReply.SessionRefused(var reason) -> Outcome.refused(reason);
                    default -> throw ClusterHosts.failure(reply);
                });
    }
}
