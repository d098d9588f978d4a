package dev.sealbox.domain.layer;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: where hosts leave layers for each other. Thread-safe. A stage fails with a {@link LayerStoreFailure} when the
 * store is out of reach or what it holds is damaged.
 */
public interface LayerStore {

    /** What the store holds of one layer. */
    interface Kept {
        SharedLayer about();

        /**
         * What was {@link LayerStore#keep kept}, byte by byte, each compared before it is given away. Reading blocks, and
         * throws a {@link LayerStoreFailure} where the store fails or holds something else.
         */
        InputStream open();
    }

    /**
     * Keeps a layer: whole, or not at all for everybody who {@link #find finds} it. Repeating it goes on where an earlier
     * attempt broke off, and does nothing when it is there.
     *
     * @param packed what {@link LayerFiles#pack} makes of the one layer; read on a thread of its own and closed
     */
    CompletionStage<Unit> keep(SharedLayer layer, InputStream packed);

    /** The layer, if it is there. */
    CompletionStage<Optional<Kept>> find(CheckpointId layer);
}
