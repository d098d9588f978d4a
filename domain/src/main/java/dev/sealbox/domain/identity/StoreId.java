package dev.sealbox.domain.identity;

import dev.sealbox.domain.InvalidValue;
import java.util.UUID;

/** A secret store, whatever its name. */
public record StoreId(UUID value) {

    /** Reads the canonical form of a UUID. */
    public static StoreId parse(String text) {
        try {
            var id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return new StoreId(id);
            }
        } catch (IllegalArgumentException e) {
            // told below: the parser's own message would quote internals
        }
        throw new InvalidValue("the store id is not a UUID");
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
