package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.HeldLayer;
import dev.sealbox.domain.layer.LayerStore;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Somewhere that a host can have layers from which it lacks. Thread-safe; blocks. */
@FunctionalInterface
public interface LayerSource {

    /**
     * One place that has the layer.
     *
     * @param content opens it as it was packed; whoever reads it compares it with what it says about itself, and closes it
     */
    record Found(HeldLayer about, Supplier<InputStream> content) {}

    /** Where the layer is, in the order in which to try; fails when that cannot be asked. */
    List<Found> find(CheckpointId layer);

    static LayerSource of(LayerStore store) {
        return layer -> awaited(store.find(layer)).stream()
                .map(kept -> new Found(kept.about().held(), kept::open))
                .toList();
    }

    /** What comes of {@code stage}, or its own failure. */
    static <T> T awaited(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
    }
}
