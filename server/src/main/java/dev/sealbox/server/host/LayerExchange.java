package dev.sealbox.server.host;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.layer.LayerStore;
import dev.sealbox.domain.layer.LayerStoreFailure;
import dev.sealbox.domain.layer.SharedLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How this host gets the layers of others: from the layer store, each with what it stands on, the lowest first. A layer
 * that several want at a time is fetched once. Thread-safe.
 */
final class LayerExchange {
    private final LayerOffers layers;
    private final LayerStore store;
    private final LayerSharing sharing;
    private final Map<CheckpointId, CompletableFuture<Unit>> underWay = new ConcurrentHashMap<>();

    LayerExchange(LayerOffers layers, LayerStore store, LayerSharing sharing) {
        this.layers = layers;
        this.store = store;
        this.sharing = sharing;
    }

    /** Has others get a layer of this host when the layer store takes it; what was noted outlasts this process. */
    void offer(CheckpointId layer, OrganizationId owner) {
        layers.offer(layer, owner);
        sharing.wake();
    }

    /** As {@link #offer}, and then this host's own copy goes. */
    void offerAway(CheckpointId layer, OrganizationId owner) {
        layers.offerAway(layer, owner);
        sharing.wake();
    }

    /** Whether a disk can be made on these layers, newest first. */
    boolean has(List<CheckpointId> wanted) {
        return wanted.isEmpty() || layers.has(wanted.getFirst());
    }

    /** Fetches what is missing of these layers, newest first; those that came. */
    CompletionStage<List<CheckpointId>> fetch(List<CheckpointId> wanted) {
        return has(wanted)
                ? CompletableFuture.completedFuture(List.of())
                : found(wanted.getFirst()).thenCompose(this::withWhatIsBelow);
    }

    /** The newest layer knows what it stands on. */
    private CompletionStage<List<CheckpointId>> withWhatIsBelow(LayerStore.Kept newest) {
        var missing = newest.about().below().reversed().stream()
                .filter(below -> !layers.has(below))
                .toList();
        CompletionStage<Unit> done = CompletableFuture.completedFuture(Unit.DONE);
        for (var layer : missing) {
            done = done.thenCompose(before -> found(layer)).thenCompose(this::received);
        }
        var all = new ArrayList<>(missing);
        all.add(newest.about().layer());
        return done.thenCompose(before -> received(newest)).thenApply(last -> List.copyOf(all));
    }

    private CompletionStage<LayerStore.Kept> found(CheckpointId layer) {
        return store.find(layer)
                .thenApply(found -> found.orElseThrow(() -> new LayerStoreFailure(
                        "checkpoint " + layer + " is neither on this host nor, by now, in the layer store")));
    }

    private CompletionStage<Unit> received(LayerStore.Kept kept) {
        var layer = kept.about().layer();
        var mine = new CompletableFuture<Unit>();
        var first = underWay.putIfAbsent(layer, mine);
        if (first != null) {
            return first;
        }
        // It may have come between the look at what is missing and now.
        if (layers.has(layer)) {
            underWay.remove(layer);
            mine.complete(Unit.DONE);
            return mine;
        }
        layers.receive(kept.about(), kept.open())
                .thenApply(outcome -> usable(kept.about(), outcome))
                .whenComplete((done, failure) -> {
                    underWay.remove(layer);
                    if (failure == null) {
                        mine.complete(done);
                    } else {
                        mine.completeExceptionally(failure);
                    }
                });
        return mine;
    }

    private static Unit usable(SharedLayer layer, Outcome<?> outcome) {
        if (outcome instanceof Outcome.Refused<?>(var reason)) {
            throw new LayerStoreFailure(
                    "checkpoint " + layer.layer() + " from the layer store cannot be used here: " + reason.message());
        }
        return Unit.DONE;
    }

    /** Lets fetched layers go when nothing stands on them any more. */
    void release(List<CheckpointId> fetched) {
        fetched.forEach(layers::release);
    }
}
