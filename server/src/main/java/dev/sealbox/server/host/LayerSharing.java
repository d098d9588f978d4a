package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.layer.LayerStore;
import dev.sealbox.domain.layer.SharedLayer;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings this host's layers to the layer store, one at a time, in the background: what is on the list is on disk, so a
 * restart goes on with it, and a store that is away is asked again.
 */
final class LayerSharing implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LayerSharing.class);

    private final LayerOffers layers;
    private final LayerStore store;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("layer-sharing").factory());

    private volatile boolean pending = true;
    private boolean failing;

    private LayerSharing(LayerOffers layers, LayerStore store) {
        this.layers = layers;
        this.store = store;
    }

    /** @param retryAfter until a store that failed is asked again */
    static LayerSharing start(LayerOffers layers, LayerStore store, Duration retryAfter) {
        var sharing = new LayerSharing(layers, store);
        // Ends with the executor; what goes wrong is logged there.
        var ignored =
                sharing.thread.scheduleWithFixedDelay(sharing::work, 0, retryAfter.toMillis(), TimeUnit.MILLISECONDS);
        return sharing;
    }

    /** Has others get a layer of this host when the layer store takes it; what was noted outlasts this process. */
    void offer(CheckpointId layer, OrganizationId owner) {
        layers.offer(layer, owner);
        wake();
    }

    /** As {@link #offer}, and then this host's own copy goes. */
    void offerAway(CheckpointId layer, OrganizationId owner) {
        layers.offerAway(layer, owner);
        wake();
    }

    private void wake() {
        pending = true;
        thread.execute(this::work);
    }

    private void work() {
        if (!pending) {
            return;
        }
        pending = false;
        var troubled = false;
        try {
            for (var layer : layers.unshared()) {
                troubled |= !tried(layer);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (ExecutionException | RuntimeException e) {
            troubled = true;
            tell(e);
        }
        pending |= troubled;
        failing = troubled;
    }

    /**
     * Shares one layer, or says that it could not be, so that the others do not wait for it.
     *
     * @throws ExecutionException when the store is away: there is no use in packing the others
     */
    private boolean tried(SharedLayer layer) throws ExecutionException, InterruptedException {
        try {
            share(layer);
            return true;
        } catch (ExecutionException | RuntimeException e) {
            tell(e);
            var ignored = store.find(layer.layer()).toCompletableFuture().get();
            return false;
        }
    }

    private void tell(Exception e) {
        if (!failing && !thread.isShutdown()) {
            log.warn("layers of this host cannot be shared now; they will be later", cause(e));
        }
        failing = true;
    }

    /** What it stands on may have been swept from the store before, when nothing there needed it. */
    private void share(SharedLayer layer) throws ExecutionException, InterruptedException {
        shareMissing(layer);
        keep(layer);
        shareMissing(layer);
        layers.markShared(layer.layer());
    }

    private void shareMissing(SharedLayer layer) throws ExecutionException, InterruptedException {
        for (var below : layer.below().reversed()) {
            if (store.find(below).toCompletableFuture().get().isEmpty()) {
                keep(layers.about(below));
            }
        }
    }

    private void keep(SharedLayer layer) throws ExecutionException, InterruptedException {
        try (var packed = layers.pack(layer.layer()).toCompletableFuture().get()) {
            store.keep(layer, packed.from(0)).toCompletableFuture().get();
        }
    }

    private static Throwable cause(Exception e) {
        var cause = e.getCause();
        return (e instanceof ExecutionException || e instanceof CompletionException) && cause != null ? cause : e;
    }

    /** What is under way is broken off, and taken up by the next start. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
