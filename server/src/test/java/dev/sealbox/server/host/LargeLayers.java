package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Layers of a gigabyte each, which counts what is read of them, or breaks off. */
final class LargeLayers extends LayeredTest.Files {
    static final byte BYTE = 7;
    private static final long SIZE = 1L << 30;
    private static final long BREAKS_AT = 300_000;

    final AtomicLong given = new AtomicLong();
    final Set<CheckpointId> breaking = ConcurrentHashMap.newKeySet();

    @Override
    public CompletionStage<InputStream> pack(CheckpointId layer) {
        return CompletableFuture.completedFuture(new Content(breaking.contains(layer)));
    }

    private final class Content extends InputStream {
        private final boolean breaks;
        private long read;

        Content(boolean breaks) {
            this.breaks = breaks;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0];
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (breaks && read >= BREAKS_AT) {
                throw new IOException("the disk has died");
            }
            if (read >= SIZE) {
                return -1;
            }
            Arrays.fill(buffer, offset, offset + length, BYTE);
            read += length;
            given.addAndGet(length);
            return length;
        }
    }
}
