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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The layers of the cluster's other hosts. All are asked, since what they tell of themselves is some seconds old and a
 * question is small; a layer comes as a stream with backpressure.
 */
public final class PeerLayers implements LayerSource {
    private static final Logger log = LoggerFactory.getLogger(PeerLayers.class);

    /** A host that does not say in this time whether it has a layer is taken not to have it. */
    private static final Duration ASKED = Duration.ofSeconds(5);

    /** How long others are waited for when one has it: they are for the case that this one fails. */
    private static final Duration AFTER_THE_FIRST = Duration.ofMillis(300);

    /** As long as a checkpoint of a large disk may take (SEMANTICS 14). */
    private static final Duration PACKING = Duration.ofMinutes(20);

    /** Everything is packed before the first byte comes, so a host that is silent for so long is gone. */
    private static final Duration READING = Duration.ofSeconds(30);

    private final HostId me;
    private final HostDirectory directory;
    private final ClusterHosts hosts;
    private final Materializer streams;

    /** Of all hosts but {@code me}. */
    public PeerLayers(ActorSystem<?> system, HostId me, HostDirectory directory, ClusterHosts hosts) {
        this.me = me;
        this.directory = directory;
        this.hosts = hosts;
        this.streams = Materializer.matFromSystem(system);
    }

    @Override
    public List<Found> find(CheckpointId layer) {
        var first = new CompletableFuture<Void>();
        var answers = directory.others(me).stream()
                .map(host -> asked(host, layer).whenComplete((found, failure) -> {
                    if (found != null && found.isPresent()) {
                        first.complete(null);
                    }
                }))
                .toList();
        var all = CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
        var soonAfter = CompletableFuture.delayedExecutor(AFTER_THE_FIRST.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture.anyOf(all, first.thenRunAsync(() -> {}, soonAfter)).join();
        var found = new ArrayList<Found>();
        answers.stream()
                .map(answer -> answer.getNow(Optional.empty()))
                .flatMap(Optional::stream)
                .forEach(found::add);
        // Not all who need the same are to ask the same host.
        Collections.shuffle(found);
        return found;
    }

    /** Does not fail. */
    private CompletableFuture<Optional<Found>> asked(HostId host, CheckpointId layer) {
        return hosts.ask(host, ASKED, asker -> new HostMessage.FindLayer(layer, asker))
                .thenApply(reply -> reply instanceof HostReply.LayerFound(var held)
                        ? held.map(about -> new Found(about, () -> open(host, layer)))
                        : Optional.<Found>empty())
                .exceptionally(failure -> {
                    log.debug("host {} does not say whether it has checkpoint {}: {}", host, layer, failure.toString());
                    return Optional.empty();
                })
                .toCompletableFuture();
    }

    private InputStream open(HostId host, CheckpointId layer) {
        var reply = LayerSource.awaited(hosts.ask(host, PACKING, asker -> new HostMessage.FetchLayer(layer, asker)));
        return switch (reply) {
            case HostReply.LayersPacked(var content) -> {
                log.info("checkpoint {} comes from host {}", layer, host);
                yield content.getSource().runWith(StreamConverters.asInputStream(READING), streams);
            }
            default -> throw ClusterHosts.failure(reply);
        };
    }
}
