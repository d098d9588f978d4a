package dev.sealbox.domain.preview;

import java.time.Instant;
import java.util.UUID;

/**
 * A port that its owner has exposed.
 *
 * @param authConfig a JSON object of the owner's, kept and given back as it is; it decides nothing
 */
public record PreviewUrl(UUID id, PreviewPort port, String authConfig, Instant createdAt) {

    @Override
    public String toString() {
        return "PreviewUrl[port " + port + "]";
    }
}
