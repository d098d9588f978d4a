package dev.sealbox.server.host;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.layer.Unpacked;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How this host gets the layers of others: from the first source that gives it, each with what it stands on, the lowest
 * first. A layer that several want at a time is fetched once. Thread-safe.
 */
final class LayerExchange {
    private static final Logger log = LoggerFactory.getLogger(LayerExchange.class);

    private final LayerOffers layers;
    private final List<LayerSource> sources;
    private final Executor threads;
    private final Map<CheckpointId, CompletableFuture<Unit>> underWay = new ConcurrentHashMap<>();

    /**
     * Into {@code layers}, from {@code sources} in this order.
     *
     * @param threads may block
     */
    LayerExchange(LayerOffers layers, List<LayerSource> sources, Executor threads) {
        this.layers = layers;
        this.sources = List.copyOf(sources);
        this.threads = threads;
    }

    /**
     * Layers that are here.
     *
     * @param fetched those that have come for it
     * @param hold keeps them all from going until it is run
     */
    record Here(List<CheckpointId> fetched, Runnable hold) {}

    /** Fetches what is missing of these layers, newest first, and holds all of them. */
    CompletionStage<Here> here(List<CheckpointId> wanted) {
        return wanted.isEmpty()
                ? CompletableFuture.completedFuture(new Here(List.of(), () -> {}))
                : CompletableFuture.supplyAsync(() -> held(wanted), threads);
    }

    /** Held before they are looked for: else one might go between the two. */
    private Here held(List<CheckpointId> wanted) {
        var hold = layers.hold(wanted);
        try {
            var newest = wanted.getFirst();
            return new Here(layers.has(newest) ? List.of() : fetched(newest), hold);
        } catch (RuntimeException e) {
            hold.run();
            throw e;
        }
    }

    /** The newest layer knows what it stands on. */
    private List<CheckpointId> fetched(CheckpointId newest) {
        var search = new LayerSearch(sources);
        var below = search.tried(newest, LayerSource.Found::about).below();
        var missing = Stream.concat(below.reversed().stream(), Stream.of(newest))
                .filter(layer -> !layers.has(layer))
                .toList();
        missing.forEach(layer -> once(search, layer));
        return missing;
    }

    private void once(LayerSearch search, CheckpointId layer) {
        var mine = new CompletableFuture<Unit>();
        var first = underWay.putIfAbsent(layer, mine);
        if (first != null) {
            LayerSource.awaited(first);
            return;
        }
        try {
            // It may have come between the look at what is missing and now.
            if (!layers.has(layer)) {
                var size = search.tried(layer, this::received);
                log.info("checkpoint {} was fetched, {} bytes", layer, size);
            }
            underWay.remove(layer);
            mine.complete(Unit.DONE);
        } catch (RuntimeException e) {
            underWay.remove(layer);
            mine.completeExceptionally(e);
            throw e;
        }
    }

    private long received(LayerSource.Found found) {
        var outcome = LayerSource.awaited(receive(found));
        return switch (outcome) {
            case Outcome.Done<Unpacked>(var layer) -> layer.sizeBytes();
            case Outcome.Refused<Unpacked>(var reason) ->
                throw new HostFailure(
                        "checkpoint " + found.about().layer() + " as it came cannot be used here: " + reason.message());
        };
    }

    /** What is not begun with is closed here, since another host waits for that. */
    private CompletionStage<Outcome<Unpacked>> receive(LayerSource.Found found) {
        var content = found.content().get();
        try {
            return layers.receive(found.about(), content);
        } catch (RuntimeException e) {
            try {
                content.close();
            } catch (IOException notClosed) {
                e.addSuppressed(notClosed);
            }
            throw e;
        }
    }

    /** Lets fetched layers go when nothing stands on them any more. */
    void release(List<CheckpointId> fetched) {
        fetched.forEach(layers::release);
    }
}
