package dev.sealbox.server.host;

import akka.actor.typed.ActorSystem;
import akka.stream.Materializer;
import akka.stream.javadsl.StreamConverters;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The layers of the cluster's other hosts, each as a stream with backpressure. */
public final class PeerLayers implements LayerSource {
    private static final Logger log = LoggerFactory.getLogger(PeerLayers.class);

    /** As long as a checkpoint of a large disk may take (SEMANTICS 14). */
    private static final Duration PACKING = Duration.ofMinutes(20);

    /**
     * How long a host is waited for that went in the middle, when no other has the layer. Half a minute after a crash it is
     * there again, as a rule; the layer store is asked once more after that.
     */
    private static final Duration RETURN = Duration.ofSeconds(30);

    /** The same when another has it. */
    private static final Duration RETURN_OF_ONE_OF_MANY = Duration.ofSeconds(2);

    /** Everything is packed before the first byte comes, so a host that is silent for so long is gone. */
    private static final Duration READING = Duration.ofSeconds(30);

    private final HostId me;
    private final HostDirectory directory;
    private final ClusterHosts hosts;
    private final Materializer streams;
    private final Duration back;

    /** Of all hosts but {@code me}. */
    public PeerLayers(ActorSystem<?> system, HostId me, HostDirectory directory, ClusterHosts hosts) {
        this(system, me, directory, hosts, RETURN);
    }

    /** @param back how long a host is waited for that went in the middle, and alone has the layer */
    PeerLayers(ActorSystem<?> system, HostId me, HostDirectory directory, ClusterHosts hosts, Duration back) {
        this.back = back;
        this.me = me;
        this.directory = directory;
        this.hosts = hosts;
        this.streams = Materializer.matFromSystem(system);
    }

    @Override
    public List<Found> find(CheckpointId layer) {
        var others =
                directory.present().stream().filter(host -> !host.equals(me)).toList();
        var found = new ArrayList<Found>();
        var holders = LayerHolders.of(hosts, others, layer).join();
        var patience = holders.size() > 1 ? RETURN_OF_ONE_OF_MANY : back;
        holders.forEach((host, about) -> found.add(new Found(about, () -> open(host, layer, patience))));
        // Not all who need the same are to ask the same host.
        Collections.shuffle(found);
        return found;
    }

    private InputStream open(HostId host, CheckpointId layer, Duration patience) {
        return new LayerTransfer(rest -> begun(host, layer, rest), patience);
    }

    private LayerTransfer.Begun begun(HostId host, CheckpointId layer, Optional<HostMessage.Rest> rest) {
        var reply =
                LayerSource.awaited(hosts.ask(host, PACKING, asker -> new HostMessage.FetchLayer(layer, rest, asker)));
        return switch (reply) {
            case HostReply.LayersPacked(var content, var packed) -> {
                log.info("checkpoint {} comes from host {}", layer, host);
                yield new LayerTransfer.Begun(
                        packed, content.getSource().runWith(StreamConverters.asInputStream(READING), streams));
            }
            default -> throw ClusterHosts.failure(reply);
        };
    }
}
