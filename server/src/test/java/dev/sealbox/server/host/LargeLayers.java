package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.PackedLayer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Layers of many bytes, which counts what is read of them, or breaks off. */
final class LargeLayers extends LayeredTest.Files {
    private static final long BREAKS_AFTER = 300_000;

    final AtomicLong given = new AtomicLong();
    /** These break off at a place, whenever it is read. */
    final Set<CheckpointId> breaking = ConcurrentHashMap.newKeySet();
    /** These break off once, and are read on. */
    final Set<CheckpointId> breakingOnce = ConcurrentHashMap.newKeySet();

    private final long size;

    /** @param size of each */
    LargeLayers(long size) {
        this.size = size;
    }

    /** What lies there in each. */
    static byte at(long place) {
        return (byte) (place % 251);
    }

    /** Whether these are the bytes from {@code place} on. */
    static boolean isAt(long place, byte[] bytes, int count) {
        for (var each = 0; each < count; each++) {
            if (bytes[each] != at(place + each)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public CompletionStage<PackedLayer> pack(CheckpointId layer) {
        packed.add(layer);
        return CompletableFuture.completedFuture(new PackedLayer() {
            @Override
            public String digest() {
                return layer.toString();
            }

            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream from(long from) {
                return new Content(layer, from);
            }

            @Override
            public void close() {}
        });
    }

    private final class Content extends InputStream {
        private final CheckpointId layer;
        private long place;

        Content(CheckpointId layer, long from) {
            this.layer = layer;
            this.place = from;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (place >= BREAKS_AFTER && (breaking.contains(layer) || breakingOnce.remove(layer))) {
                throw new IOException("the disk has died");
            }
            if (place >= size) {
                return -1;
            }
            var count = (int) Math.min(length, size - place);
            for (var each = 0; each < count; each++) {
                buffer[offset + each] = at(place + each);
            }
            place += count;
            given.addAndGet(count);
            return count;
        }
    }
}
