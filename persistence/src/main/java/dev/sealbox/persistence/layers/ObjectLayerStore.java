package dev.sealbox.persistence.layers;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.layer.LayerStore;
import dev.sealbox.domain.layer.LayerStoreFailure;
import dev.sealbox.domain.layer.SharedLayer;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Layers in an object store: the pieces first, and then the list of them, which makes the layer visible. Thread-safe; on
 * threads of its own.
 */
public final class ObjectLayerStore implements LayerStore {
    private static final Logger log = LoggerFactory.getLogger(ObjectLayerStore.class);

    /** Somebody who is waiting for a sandbox waits for these, so they are few. */
    private static final int ATTEMPTS = 3;

    private static final Duration PAUSE = Duration.ofMillis(300);

    private final ObjectStore objects;
    private final LayerCiphers ciphers;
    private final int pieceSize;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("sealbox-layer-store-", 0).factory());

    /** @param pieceSize as in {@link Pieces}; layers of another size stay readable */
    ObjectLayerStore(ObjectStore objects, Function<OrganizationId, byte[]> keys, int pieceSize) {
        this.objects = objects;
        this.pieceSize = pieceSize;
        this.ciphers = new LayerCiphers(keys);
    }

    ObjectStore objects() {
        return objects;
    }

    LayerCiphers ciphers() {
        return ciphers;
    }

    @Override
    public CompletionStage<Unit> keep(SharedLayer layer, InputStream packed) {
        return CompletableFuture.supplyAsync(() -> kept(layer, packed), threads);
    }

    private Unit kept(SharedLayer layer, InputStream packed) {
        try (packed) {
            var place = Contents.place(layer.layer());
            if (objects.writtenAt(place).isPresent()) {
                return Unit.DONE;
            }
            var cipher = ciphers.of(layer.organization());
            var pieces = new Pieces(objects, cipher, pieceSize);
            var written = pieces.write(packed);
            if (!pieces.have(written)) {
                throw new LayerStoreFailure("pieces of checkpoint " + layer.layer()
                        + " have gone from the layer store while the others were written");
            }
            objects.write(place, Contents.of(layer, written).sealed(cipher, place));
            log.info("checkpoint {} is in the layer store, in {} pieces", layer.layer(), written.size());
            return Unit.DONE;
        } catch (IOException e) {
            throw new LayerStoreFailure("checkpoint " + layer.layer() + " cannot be read to be kept", e);
        }
    }

    @Override
    public CompletionStage<Optional<Kept>> find(CheckpointId layer) {
        return CompletableFuture.supplyAsync(
                () -> patiently(() -> objects.read(Contents.place(layer)))
                        .map(object -> kept(layer, Contents.open(object, ciphers, layer))),
                threads);
    }

    private Kept kept(CheckpointId layer, Contents.Opened opened) {
        var contents = opened.contents();
        var pieces = new Pieces(objects, ciphers.of(opened.organization()), pieceSize);
        return new Kept() {
            @Override
            public SharedLayer about() {
                return contents.about(opened.organization());
            }

            @Override
            public InputStream open() {
                return new PieceStream(contents.pieces(), piece -> patiently(() -> pieces.read(layer, piece)));
            }
        };
    }

    /** A store that stumbles does not make one begin anew; one that holds something wrong will tomorrow, too. */
    private static <T> T patiently(Supplier<T> read) {
        for (var attempt = 1; ; attempt++) {
            try {
                return read.get();
            } catch (LayerStoreFailure e) {
                if (attempt == ATTEMPTS || e.getCause() == null) {
                    throw e;
                }
                pause(PAUSE.multipliedBy(attempt), e);
            }
        }
    }

    private static void pause(Duration time, LayerStoreFailure failure) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure;
        }
    }
}
