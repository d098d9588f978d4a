package dev.sealbox.domain.session;

import dev.sealbox.domain.InvalidValue;
import java.util.UUID;

/** Names a session among those of its sandbox. */
public record SessionId(UUID value) {

    /**
     * Reads one as it was given out.
     *
     * @throws InvalidValue when it is none
     */
    public static SessionId parse(String text) {
        try {
            var id = new SessionId(UUID.fromString(text));
            if (id.toString().equals(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // Told below, as what is nearly one.
        }
        throw new InvalidValue("not a session id");
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
