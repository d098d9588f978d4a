package dev.sealbox.persistence.layers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.layer.LayerStoreFailure;
import dev.sealbox.domain.layer.SharedLayer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a layer in the store consists of. Kept as an object that begins with a line in the clear, the organisation whose key
 * opens the rest.
 *
 * @param layer its id, once more
 * @param below what it stands on, newest first
 * @param pieces in their order
 */
record Contents(String layer, List<String> below, List<Piece> pieces) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param name 64 hex digits */
    record Piece(String name, int size) {}

    /** Where the list of a layer is kept. */
    static String place(CheckpointId layer) {
        return "layers/" + layer;
    }

    static Contents of(SharedLayer layer, List<Piece> pieces) {
        return new Contents(
                layer.layer().toString(),
                layer.below().stream().map(CheckpointId::toString).toList(),
                List.copyOf(pieces));
    }

    SharedLayer about(OrganizationId organization) {
        return new SharedLayer(
                CheckpointId.parse(layer),
                organization,
                below.stream().map(CheckpointId::parse).toList());
    }

    byte[] sealed(LayerCipher cipher, String place) {
        try {
            var line = Line.of(cipher.organization());
            var rest = cipher.seal(place, JSON.writeValueAsBytes(this));
            var all = Arrays.copyOf(line, line.length + rest.length);
            System.arraycopy(rest, 0, all, line.length, rest.length);
            return all;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whose it is, and what it consists of. */
    record Opened(OrganizationId organization, Contents contents) {}

    static Opened open(byte[] object, LayerCiphers ciphers, CheckpointId layer) {
        var place = place(layer);
        var organization = Line.read(object, layer);
        var sealed = Arrays.copyOfRange(object, Line.of(organization).length, object.length);
        var json = ciphers.of(organization).open(place, sealed).orElseThrow(() -> damaged(layer, "its list of pieces"));
        try {
            var contents = JSON.readValue(json, Contents.class);
            if (!contents.layer().equals(layer.toString())) {
                throw damaged(layer, "its list of pieces");
            }
            return new Opened(organization, contents);
        } catch (IOException e) {
            throw damaged(layer, "its list of pieces");
        }
    }

    List<String> names() {
        var names = new ArrayList<String>();
        pieces.forEach(piece -> names.add(piece.name()));
        return names;
    }

    static LayerStoreFailure damaged(CheckpointId layer, String what) {
        return new LayerStoreFailure(
                "checkpoint " + layer + " is damaged in the layer store: " + what + " is not what was kept");
    }
}
