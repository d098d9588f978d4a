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
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The layers of the cluster's hosts, as streams with backpressure. Any host packs those that it has or can have. */
public final class ClusterLayers implements LayerHosts {
    private static final Logger log = LoggerFactory.getLogger(ClusterLayers.class);

    /** As long as a checkpoint of a large disk may take (SEMANTICS 14). */
    private static final Duration PACKING = Duration.ofMinutes(20);

    /** No limit of its own: it ends when the upload does, or when the host loses interest. */
    private static final Duration UNPACKING = Duration.ofDays(1);

    /** How long a host may let its reader wait. */
    private static final Duration READING = Duration.ofMinutes(2);

    /** Others than those that have the layer may be able to fetch it, one as well as the other. */
    private static final int OTHERS = 2;

    private final HostDirectory directory;
    private final ClusterHosts hosts;
    private final Materializer streams;

    /** Reaches the hosts of {@code directory} through {@code hosts}. */
    public ClusterLayers(ActorSystem<?> system, HostDirectory directory, ClusterHosts hosts) {
        this.directory = directory;
        this.hosts = hosts;
        this.streams = Materializer.matFromSystem(system);
    }

    /** When that host is gone, or cannot, another one does. */
    @Override
    public CompletionStage<InputStream> pack(HostId host, List<CheckpointId> layers) {
        return packed(host, layers)
                .exceptionallyCompose(failure ->
                        elsewhere(host, layers).thenCompose(others -> packed(others.iterator(), layers, failure)));
    }

    /** Those that have the newest layer, and then some that may get it. */
    private CompletionStage<List<HostId>> elsewhere(HostId host, List<CheckpointId> layers) {
        var others = new ArrayList<>(directory.present());
        others.remove(host);
        Collections.shuffle(others);
        if (layers.isEmpty()) {
            return CompletableFuture.completedFuture(others);
        }
        return LayerHolders.of(hosts, others, layers.getFirst())
                .thenApply(holders -> Stream.concat(
                                holders.keySet().stream(),
                                others.stream()
                                        .filter(other -> !holders.containsKey(other) && !directory.isFull(other))
                                        .limit(OTHERS))
                        .toList());
    }

    /** By the first of them that can; fails as the host before them did. */
    private CompletionStage<InputStream> packed(Iterator<HostId> others, List<CheckpointId> layers, Throwable failure) {
        if (!others.hasNext()) {
            return CompletableFuture.failedFuture(failure);
        }
        var next = others.next();
        log.info("host {} packs checkpoints instead, since another could not: {}", next, failure.toString());
        return packed(next, layers).exceptionallyCompose(another -> {
            log.warn("host {} could not pack them either: {}", next, another.toString());
            return packed(others, layers, failure);
        });
    }

    private CompletionStage<InputStream> packed(HostId host, List<CheckpointId> layers) {
        return hosts.ask(host, PACKING, asker -> new HostMessage.PackLayers(layers, asker))
                .thenApply(reply -> switch (reply) {
                    case HostReply.LayersPacked(var content, var packed) ->
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
