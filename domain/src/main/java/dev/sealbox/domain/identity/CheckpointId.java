package dev.sealbox.domain.identity;

import dev.sealbox.domain.InvalidValue;
import java.util.UUID;

/** A checkpoint, and the layer of files that it stands for. */
public record CheckpointId(UUID value) {

    /** Reads the canonical form of a UUID. */
    public static CheckpointId parse(String text) {
        try {
            var id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return new CheckpointId(id);
            }
        } catch (IllegalArgumentException e) {
            // told below: the parser's own message would quote internals
        }
        throw new InvalidValue("the checkpoint id is not a UUID");
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
