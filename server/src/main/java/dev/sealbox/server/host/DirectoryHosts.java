package dev.sealbox.server.host;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.placement.HostState;
import dev.sealbox.domain.placement.Hosts;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The hosts of a directory, reached by messages. */
public final class DirectoryHosts implements Hosts {
    private final HostDirectory directory;
    private final ClusterHosts hosts;

    public DirectoryHosts(HostDirectory directory, ClusterHosts hosts) {
        this.directory = directory;
        this.hosts = hosts;
    }

    @Override
    public List<HostState> all() {
        return directory.states().stream()
                .sorted(Comparator.comparing(state -> state.host().value()))
                .toList();
    }

    @Override
    public CompletionStage<Outcome<Unit>> drain(HostId host, boolean on) {
        if (!directory.knows(host)) {
            return CompletableFuture.completedFuture(Outcome.refused(new NoSuchHost()));
        }
        return hosts.ask(host, asker -> new HostMessage.Drain(on, asker)).thenApply(reply -> switch (reply) {
            case HostReply.Finished() -> Outcome.done(Unit.DONE);
            default -> throw ClusterHosts.failure(reply);
        });
    }
}
