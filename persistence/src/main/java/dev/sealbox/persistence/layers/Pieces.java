package dev.sealbox.persistence.layers;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.LayerStoreFailure;
import dev.sealbox.persistence.layers.Contents.Piece;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A stream cut into pieces, each an object of its own that is named by what it holds. Who writes the same stream again
 * finds the pieces that are there already.
 *
 * @param size of each but the last, in plain bytes; one is in memory at a time, plain and encrypted
 */
record Pieces(ObjectStore objects, LayerCipher cipher, int size) {

    /** Pieces that nothing refers to stay for so long: somebody may just be writing what will. */
    static final Duration GRACE = Duration.ofHours(24);

    static String place(LayerCipher cipher, String name) {
        return prefix(cipher) + name;
    }

    static String prefix(LayerCipher cipher) {
        return "pieces/" + cipher.organization() + "/";
    }

    List<Piece> write(InputStream content) throws IOException {
        var pieces = new ArrayList<Piece>();
        var time = new StoreTime(objects);
        for (var next = content.readNBytes(size); next.length > 0; next = content.readNBytes(size)) {
            pieces.add(write(next, time));
        }
        return pieces;
    }

    /** The store's clock, looked at once in a stream: what it is asked about goes by half days. */
    private static final class StoreTime {
        private final ObjectStore objects;
        private Optional<Instant> now = Optional.empty();

        private StoreTime(ObjectStore objects) {
            this.objects = objects;
        }

        private Instant now() {
            var known = now.orElseGet(objects::now);
            now = Optional.of(known);
            return known;
        }
    }

    /** One that may be swept away before all is written is written again. */
    private Piece write(byte[] content, StoreTime time) {
        var name = cipher.name(content);
        var place = place(cipher, name);
        var fresh = objects.writtenAt(place)
                .filter(at -> at.plus(GRACE.dividedBy(2)).isAfter(time.now()))
                .isPresent();
        if (!fresh) {
            objects.write(place, cipher.seal(place, content));
        }
        return new Piece(name, content.length);
    }

    /** Whether all of them are there. */
    boolean have(List<Piece> pieces) {
        return pieces.stream()
                .allMatch(
                        piece -> objects.writtenAt(place(cipher, piece.name())).isPresent());
    }

    byte[] read(CheckpointId layer, Piece piece) {
        var place = place(cipher, piece.name());
        var sealed = objects.read(place)
                .orElseThrow(() -> new LayerStoreFailure(
                        "checkpoint " + layer + " is damaged in the layer store: a piece of it is missing"));
        return cipher.open(place, sealed)
                .filter(content ->
                        content.length == piece.size() && cipher.name(content).equals(piece.name()))
                .orElseThrow(() -> Contents.damaged(layer, "a piece of it"));
    }
}
