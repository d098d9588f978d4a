package dev.sealbox.server.host;

import akka.actor.typed.ActorSystem;
import akka.stream.Materializer;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PortConnection;
import dev.sealbox.domain.preview.PortHosts;
import dev.sealbox.domain.preview.PreviewPort;
import java.util.concurrent.CompletionStage;

/** Ports of sandboxes on the hosts of the cluster, asked for by messages; the bytes travel as streams. */
public final class ClusterPorts implements PortHosts {
    private final ClusterHosts hosts;
    private final Materializer streams;

    public ClusterPorts(ActorSystem<?> system, ClusterHosts hosts) {
        this.hosts = hosts;
        this.streams = Materializer.matFromSystem(system);
    }

    @Override
    public CompletionStage<Outcome<PortConnection>> connect(HostId host, SandboxId sandbox, PreviewPort port) {
        return hosts.ask(host, asker -> new HostMessage.Connect(sandbox, port, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.Connected connected -> Outcome.done(ConnectionStreams.taken(connected, streams));
                    case HostReply.ConnectionRefused(var reason) -> Outcome.refused(reason);
                    default -> throw ClusterHosts.failure(reply);
                });
    }
}
