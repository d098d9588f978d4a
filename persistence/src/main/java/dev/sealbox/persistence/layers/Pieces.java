package dev.sealbox.persistence.layers;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.LayerStoreFailure;
import dev.sealbox.persistence.layers.Contents.Piece;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A stream cut into pieces, each an object of its own that is named by what it holds. Who writes the same stream again
 * finds the pieces that are there already.
 *
 * @param size of each but the last, in plain bytes; one is in memory at a time, plain and encrypted
 */
record Pieces(ObjectStore objects, LayerCipher cipher, int size, Clock clock) {

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
        for (var next = content.readNBytes(size); next.length > 0; next = content.readNBytes(size)) {
            pieces.add(write(next));
        }
        return pieces;
    }

    /** One that may be swept away before all is written is written again. */
    private Piece write(byte[] content) {
        var name = cipher.name(content);
        var place = place(cipher, name);
        var fresh = objects.writtenAt(place)
                .filter(at -> at.plus(GRACE.dividedBy(2)).isAfter(clock.instant()))
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
