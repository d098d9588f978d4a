package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.layer.PackedLayer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The layers that lie packed on this host for others, a few at a time: to pack one takes a processor and room on the disk
 * that sandboxes here have need of. Each is packed once for all who want it at a time, and stays for a while after, for
 * whoever was broken off. The others wait in line, and no more than can wait. Thread-safe.
 */
final class PackShelf implements AutoCloseable {
    /** Leaves most machines a processor, and the disk the room of two layers. */
    static final int PACKS = 2;

    /** Who comes later is better off to ask another host, or to be told to come again. */
    static final int ASKERS = 34;

    /** Longer than it takes to notice that a transfer broke ({@link PeerLayers}), and to come again. */
    private static final Duration KEPT_UNREAD = Duration.ofMinutes(2);

    private final LayerOffers layers;
    private final Executor threads;
    private final Duration keptUnread;
    private final Map<CheckpointId, Pack> packs = new HashMap<>();
    private final Queue<Asker> line = new ArrayDeque<>();
    private int askers;

    /** @param threads may block */
    PackShelf(LayerOffers layers, Executor threads) {
        this(layers, threads, KEPT_UNREAD);
    }

    PackShelf(LayerOffers layers, Executor threads, Duration keptUnread) {
        this.layers = layers;
        this.threads = threads;
        this.keptUnread = keptUnread;
    }

    Executor threads() {
        return threads;
    }

    /** One who may read. */
    interface Place {
        /** Complete when it is packed. */
        CompletionStage<PackedLayer> content();

        /** To be called once, when nothing of it is read any more. */
        void leave();
    }

    private record Asker(CheckpointId layer, CompletableFuture<Place> turn) {}

    /** Guarded by the shelf. */
    private final class Pack implements Place {
        private final CheckpointId layer;
        private final CompletableFuture<PackedLayer> content = new CompletableFuture<>();
        private int readers;
        /** How often it has had one. */
        private int readings;

        Pack(CheckpointId layer) {
            this.layer = layer;
        }

        @Override
        public CompletionStage<PackedLayer> content() {
            return content;
        }

        @Override
        public void leave() {
            left(this);
        }
    }

    /** A place for one who wants the layer, when it is his turn. */
    CompletionStage<Place> take(CheckpointId layer) {
        var asker = new Asker(layer, new CompletableFuture<>());
        synchronized (this) {
            if (askers == ASKERS) {
                return CompletableFuture.failedFuture(
                        new HostFailure("too many hosts want layers of the one that has it"));
            }
            askers++;
            line.add(asker);
            serve();
        }
        return asker.turn();
    }

    /** Those who want what is here do not wait for those who want something else. */
    private synchronized void serve() {
        line.removeIf(asker -> {
            var pack = packs.containsKey(asker.layer()) || hasRoom()
                    ? packs.computeIfAbsent(asker.layer(), this::begun)
                    : null;
            if (pack == null) {
                return false;
            }
            pack.readers++;
            pack.readings++;
            asker.turn().completeAsync(() -> pack, threads);
            return true;
        });
    }

    private boolean hasRoom() {
        if (packs.size() == PACKS) {
            packs.values().stream()
                    .filter(pack -> pack.readers == 0)
                    .findFirst()
                    .ifPresent(this::remove);
        }
        return packs.size() < PACKS;
    }

    private Pack begun(CheckpointId layer) {
        var pack = new Pack(layer);
        threads.execute(() -> {
            try {
                pack(pack);
            } catch (RuntimeException e) {
                failed(pack, e);
            }
        });
        return pack;
    }

    private void pack(Pack pack) {
        var held = layers.hold(List.of(pack.layer));
        var ignored = layers.pack(pack.layer).whenComplete((content, failure) -> {
            held.run();
            if (failure == null) {
                pack.content.complete(content);
            } else {
                failed(pack, failure);
            }
        });
    }

    /** Whoever asks from now on has it tried anew. */
    private void failed(Pack pack, Throwable failure) {
        synchronized (this) {
            packs.remove(pack.layer, pack);
        }
        pack.content.completeExceptionally(failure);
    }

    private synchronized void left(Pack pack) {
        askers--;
        pack.readers--;
        if (pack.readers == 0) {
            var seen = pack.readings;
            CompletableFuture.delayedExecutor(keptUnread.toMillis(), TimeUnit.MILLISECONDS, threads)
                    .execute(() -> removeUnread(pack, seen));
        }
        serve();
    }

    private synchronized void removeUnread(Pack pack, int seen) {
        if (pack.readings == seen && pack.equals(packs.get(pack.layer))) {
            remove(pack);
        }
    }

    private void remove(Pack pack) {
        packs.remove(pack.layer);
        var ignored = pack.content.thenAcceptAsync(PackedLayer::close, threads);
    }

    /** What is read is left to the next start, which clears away. */
    @Override
    public synchronized void close() {
        List.copyOf(packs.values()).stream().filter(pack -> pack.readers == 0).forEach(this::remove);
    }
}
