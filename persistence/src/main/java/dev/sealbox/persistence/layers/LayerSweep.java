package dev.sealbox.persistence.layers;

import akka.actor.typed.ActorSystem;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.LayerNeeds;
import dev.sealbox.domain.layer.SharedLayer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes from the layer store what nobody needs any more. A layer goes when it was not needed twice in a row, pieces when
 * no list names them and they are old: whoever is about to need or to name them has time to say so. When anything cannot be
 * read, nothing more is removed: what is not understood may be somebody's. Several nodes may do it at once.
 */
public final class LayerSweep {
    private static final Logger log = LoggerFactory.getLogger(LayerSweep.class);
    private static final String LAYERS = "layers/";
    private static final String PIECES = "pieces/";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final ObjectLayerStore store;
    private final LayerNeeds needs;
    private final AtomicBoolean busy = new AtomicBoolean();
    private Set<CheckpointId> unneededBefore = Set.of();

    /** Of what {@code store} holds, by what {@code needs} says. */
    LayerSweep(ObjectLayerStore store, LayerNeeds needs) {
        this.store = store;
        this.needs = needs;
    }

    /** Sweeps again and again, as long as the system runs. */
    public static void every(Duration interval, ActorSystem<?> system, ObjectLayerStore store, LayerNeeds needs) {
        var sweep = new LayerSweep(store, needs);
        system.scheduler().scheduleWithFixedDelay(interval, interval, sweep::quietly, system.executionContext());
    }

    private void quietly() {
        if (busy.compareAndSet(false, true)) {
            Thread.ofVirtual().name("layer-sweep").start(() -> {
                try {
                    sweep();
                } catch (RuntimeException e) {
                    log.warn("the layer store cannot be swept now", e);
                } finally {
                    busy.set(false);
                }
            });
        }
    }

    /** One sweep. Blocks. */
    synchronized void sweep() {
        var opened = lists();
        var about = new HashMap<CheckpointId, SharedLayer>();
        opened.forEach((layer, list) -> about.put(layer, list.contents().about(list.organization())));
        var unneeded = new HashSet<>(about.keySet());
        unneeded.removeAll(needed(about.values()));
        var gone = new HashSet<>(unneeded);
        gone.retainAll(unneededBefore);
        gone.forEach(layer -> store.objects().delete(Contents.place(layer)));
        unneeded.removeAll(gone);
        unneededBefore = Set.copyOf(unneeded);
        opened.keySet().removeAll(gone);
        var pieces = removePiecesBut(named(opened));
        if (!gone.isEmpty() || pieces > 0) {
            log.info("removed {} layers and {} pieces from the layer store", gone.size(), pieces);
        }
    }

    private Set<CheckpointId> needed(Collection<SharedLayer> kept) {
        try {
            return needs.among(kept).toCompletableFuture().get(PATIENCE.toMinutes(), TimeUnit.MINUTES);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("what is needed of the layer store cannot be found out", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Map<CheckpointId, Contents.Opened> lists() {
        var opened = new HashMap<CheckpointId, Contents.Opened>();
        for (var listed : store.objects().list(LAYERS)) {
            var layer = CheckpointId.parse(listed.name().substring(LAYERS.length()));
            store.objects()
                    .read(listed.name())
                    .ifPresent(object -> opened.put(layer, Contents.open(object, store.ciphers(), layer)));
        }
        return opened;
    }

    private Set<String> named(Map<CheckpointId, Contents.Opened> opened) {
        var named = new HashSet<String>();
        opened.values().forEach(list -> {
            var cipher = store.ciphers().of(list.organization());
            list.contents().pieces().forEach(piece -> named.add(Pieces.place(cipher, piece.name())));
        });
        return named;
    }

    private int removePiecesBut(Set<String> named) {
        var unnamed = store.objects().list(PIECES).stream()
                .filter(piece -> !named.contains(piece.name()))
                .toList();
        if (unnamed.isEmpty()) {
            return 0;
        }
        var old = store.objects().now().minus(Pieces.GRACE);
        var removed = 0;
        for (var piece : unnamed) {
            if (piece.writtenAt().isBefore(old)) {
                store.objects().delete(piece.name());
                removed++;
            }
        }
        return removed;
    }
}
