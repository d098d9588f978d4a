package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.HeldLayer;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.layer.PackedLayer;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives this host's layers to other hosts. Whoever asks for one that is packed already reads it, too, and whoever was
 * broken off reads on. Thread-safe.
 */
final class LayerServing implements AutoCloseable {
    private final LayerOffers layers;
    private final PackShelf shelf;

    /** @param threads may block */
    LayerServing(LayerOffers layers, Executor threads) {
        this.layers = layers;
        this.shelf = new PackShelf(layers, threads);
    }

    /**
     * A layer on its way.
     *
     * @param content all of it or the rest that was asked for; whoever closes it lets others have their turn
     */
    record Given(HostReply.Packed packed, InputStream content) {}

    /** The copy of a disk is here for others until that disk is gone or in use. */
    void lend(CheckpointId layer, SandboxId sandbox) {
        layers.lend(layer, sandbox);
    }

    /** The layer, if it is here. */
    CompletionStage<Optional<HeldLayer>> held(CheckpointId layer) {
        return CompletableFuture.supplyAsync(() -> layers.held(layer), shelf.threads());
    }

    /** The layer as it is packed, when it is this one's turn. */
    CompletionStage<Given> packed(CheckpointId layer, Optional<HostMessage.Rest> rest) {
        return shelf.take(layer)
                .thenCompose(place -> place.content()
                        .thenApply(content -> given(content, rest, place))
                        .whenComplete((given, failure) -> {
                            if (failure != null) {
                                place.leave();
                            }
                        }));
    }

    private static Given given(PackedLayer content, Optional<HostMessage.Rest> rest, PackShelf.Place place) {
        var packed = new HostReply.Packed(content.digest(), content.size());
        rest.filter(some -> !some.digest().equals(packed.digest()) || some.from() > packed.size())
                .ifPresent(other -> {
                    throw new HostFailure("what is left of the layer is not here any more as it was");
                });
        var from = rest.map(HostMessage.Rest::from).orElse(0L);
        return new Given(packed, new Reading(content.from(from), place));
    }

    /** What is not read any more goes. */
    @Override
    public void close() {
        shelf.close();
    }

    /** A stream that ends a turn, once. */
    private static final class Reading extends FilterInputStream {
        private final PackShelf.Place place;
        private final AtomicBoolean closed = new AtomicBoolean();

        Reading(InputStream content, PackShelf.Place place) {
            super(content);
            this.place = place;
        }

        @Override
        public void close() throws IOException {
            if (closed.compareAndSet(false, true)) {
                try {
                    super.close();
                } finally {
                    place.leave();
                }
            }
        }
    }
}
