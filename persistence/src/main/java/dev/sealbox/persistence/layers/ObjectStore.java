package dev.sealbox.persistence.layers;

import dev.sealbox.domain.layer.LayerStoreFailure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Small files by name, somewhere that all nodes reach. Names are parts of {@code a-z0-9-} with slashes between. Blocks;
 * thread-safe. What is out of reach is a {@link LayerStoreFailure}.
 */
interface ObjectStore {

    /** One object, and when it was written last by the store's own clock. */
    record Listed(String name, Instant writtenAt) {}

    /** At most some 10 MiB, so that memory holds it. */
    Optional<byte[]> read(String name);

    /** When it was written last; empty when it is not there. */
    Optional<Instant> writtenAt(String name);

    /** Writes it whole, or not at all for everybody who reads it; takes the place of what has the name. */
    void write(String name, byte[] content);

    /** All whose names begin with {@code prefix}, which ends with a slash. */
    List<Listed> list(String prefix);

    /** Done already is done. */
    void delete(String name);

    /** What the store's own clock says, which may differ from everybody else's: by what is written now. */
    default Instant now() {
        var mark = "clock-" + UUID.randomUUID();
        write(mark, new byte[] {1});
        var now = writtenAt(mark);
        delete(mark);
        return now.orElseThrow(() -> new LayerStoreFailure("the layer store does not keep what is written"));
    }

    /** One line for operators, without credentials. */
    String describe();
}
