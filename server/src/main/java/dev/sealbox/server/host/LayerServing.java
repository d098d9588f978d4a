package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.HeldLayer;
import dev.sealbox.domain.layer.LayerOffers;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gives this host's layers to other hosts, a few at a time: each is packed for it, which takes a processor and room on the
 * disk that sandboxes here have need of. The others wait in line, and no more than can wait. Thread-safe.
 */
final class LayerServing {
    /** Leaves most machines a processor, and reads of one disk that do not hinder each other much. */
    static final int AT_ONCE = 2;

    /** Who comes later is better off to ask another host, or to be told to come again. */
    static final int WAITING = 32;

    private final LayerOffers layers;
    private final Executor threads;
    private final Queue<CompletableFuture<Void>> line = new ArrayDeque<>();
    private int served;

    /** @param threads may block */
    LayerServing(LayerOffers layers, Executor threads) {
        this.layers = layers;
        this.threads = threads;
    }

    /** The copy of a disk is here for others until that disk is gone or in use. */
    void lend(CheckpointId layer, SandboxId sandbox) {
        layers.lend(layer, sandbox);
    }

    /** The layer, if it is here. */
    CompletionStage<Optional<HeldLayer>> held(CheckpointId layer) {
        return CompletableFuture.supplyAsync(() -> layers.held(layer), threads);
    }

    /** The layer as it is packed, when it is this one's turn, which ends when the stream is closed. */
    CompletionStage<InputStream> packed(CheckpointId layer) {
        return turn().thenComposeAsync(mine -> given(layer), threads);
    }

    private CompletionStage<InputStream> given(CheckpointId layer) {
        return layers.pack(layer)
                .<InputStream>thenApply(content -> new Turn(content, this::next))
                .whenComplete((content, failure) -> {
                    if (failure != null) {
                        next();
                    }
                });
    }

    private synchronized CompletableFuture<Void> turn() {
        if (served < AT_ONCE) {
            served++;
            return CompletableFuture.completedFuture(null);
        }
        if (line.size() == WAITING) {
            return CompletableFuture.failedFuture(new HostFailure("too many hosts want layers of the one that has it"));
        }
        var turn = new CompletableFuture<Void>();
        line.add(turn);
        return turn;
    }

    private void next() {
        CompletableFuture<Void> turn;
        synchronized (this) {
            turn = line.poll();
            if (turn == null) {
                served--;
                return;
            }
        }
        turn.complete(null);
    }

    /** A stream that ends a turn, once. */
    private static final class Turn extends FilterInputStream {
        private final Runnable ended;
        private final AtomicBoolean closed = new AtomicBoolean();

        Turn(InputStream content, Runnable ended) {
            super(content);
            this.ended = ended;
        }

        @Override
        public void close() throws IOException {
            if (closed.compareAndSet(false, true)) {
                try {
                    super.close();
                } finally {
                    ended.run();
                }
            }
        }
    }
}
