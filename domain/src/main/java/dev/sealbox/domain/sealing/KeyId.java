package dev.sealbox.domain.sealing;

import java.util.UUID;

/** The data key of one version of one secret; destroying it makes that version unreadable for ever. */
public record KeyId(UUID value) {
    @Override
    public String toString() {
        return value.toString();
    }
}
