package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.layer.HeldLayer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which hosts have a layer. They are asked, since what they tell of themselves is some seconds old. */
final class LayerHolders {
    private static final Logger log = LoggerFactory.getLogger(LayerHolders.class);

    /** A host that does not say in this time whether it has a layer is taken not to have it. */
    private static final Duration ASKED = Duration.ofSeconds(5);

    /** How long others are waited for when one has it: they are for the case that this one fails. */
    private static final Duration AFTER_THE_FIRST = Duration.ofMillis(300);

    private LayerHolders() {}

    private record Answer(HostId host, Optional<HeldLayer> held) {}

    /** Those of {@code asked} that have it; does not fail. */
    static CompletableFuture<Map<HostId, HeldLayer>> of(ClusterHosts hosts, List<HostId> asked, CheckpointId layer) {
        var first = new CompletableFuture<Void>();
        var answers = asked.stream()
                .map(host -> asked(hosts, host, layer).whenComplete((answer, failure) -> {
                    if (answer != null && answer.held().isPresent()) {
                        first.complete(null);
                    }
                }))
                .toList();
        var all = CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new));
        var soonAfter = CompletableFuture.delayedExecutor(AFTER_THE_FIRST.toMillis(), TimeUnit.MILLISECONDS);
        return CompletableFuture.anyOf(all, first.thenRunAsync(() -> {}, soonAfter))
                .thenApply(enough -> answers.stream()
                        .filter(CompletableFuture::isDone)
                        .map(CompletableFuture::join)
                        .filter(answer -> answer.held().isPresent())
                        .collect(Collectors.toMap(
                                Answer::host, answer -> answer.held().orElseThrow())));
    }

    private static CompletableFuture<Answer> asked(ClusterHosts hosts, HostId host, CheckpointId layer) {
        return hosts.ask(host, ASKED, asker -> new HostMessage.FindLayer(layer, asker))
                .thenApply(reply ->
                        new Answer(host, reply instanceof HostReply.LayerFound(var held) ? held : Optional.empty()))
                .exceptionally(failure -> {
                    log.debug("host {} does not say whether it has checkpoint {}: {}", host, layer, failure.toString());
                    return new Answer(host, Optional.empty());
                })
                .toCompletableFuture();
    }
}
