package dev.sealbox.server.host;

import akka.actor.typed.ActorSystem;
import akka.stream.Materializer;
import akka.stream.javadsl.StreamConverters;
import akka.stream.javadsl.StreamRefs;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.LayerHosts;
import dev.sealbox.domain.layer.Unpacked;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The layers of the cluster's hosts, as streams with backpressure. */
public final class ClusterLayers implements LayerHosts {
    /** As long as a checkpoint of a large disk may take (SEMANTICS 14). */
    private static final Duration PACKING = Duration.ofMinutes(20);

    /** No limit of its own: it ends when the upload does, or when the host loses interest. */
    private static final Duration UNPACKING = Duration.ofDays(1);

    /** How long a host may let its reader wait. */
    private static final Duration READING = Duration.ofMinutes(2);

    private final ClusterHosts hosts;
    private final Materializer streams;

    /** Reaches hosts through {@code hosts}. */
    public ClusterLayers(ActorSystem<?> system, ClusterHosts hosts) {
        this.hosts = hosts;
        this.streams = Materializer.matFromSystem(system);
    }

    @Override
    public CompletionStage<InputStream> pack(HostId host, List<CheckpointId> layers) {
        return hosts.ask(host, PACKING, asker -> new HostMessage.PackLayers(layers, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.LayersPacked(var content) ->
                        content.getSource().runWith(StreamConverters.asInputStream(READING), streams);
                    default -> throw ClusterHosts.failure(reply);
                });
    }

    @Override
    public CompletionStage<Outcome<Unpacked>> unpack(
            HostId host, CheckpointId layer, Incoming how, InputStream content) {
        var stream = StreamConverters.fromInputStream(() -> content).runWith(StreamRefs.sourceRef(), streams);
        return hosts.ask(host, UNPACKING, asker -> new HostMessage.UnpackLayer(layer, how, stream, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.LayerUnpacked(var unpacked) -> Outcome.done(unpacked);
                    case HostReply.ArchiveRefused(var reason) -> Outcome.refused(reason);
                    default -> throw ClusterHosts.failure(reply);
                });
    }
}
