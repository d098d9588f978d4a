package dev.sealbox.domain.image;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * A name for an image. It holds the image itself, so that it outlives whatever becomes of the cache.
 *
 * @param outline the manifest without the contents of files, as JSON
 * @param layer empty unless it is ready
 * @param reason why it failed; empty otherwise
 * @param changedAt when it became what it is
 * @param node as in {@link Build}; what it is worth ends with the build
 */
public record Snapshot(
        UUID id,
        ImageHash image,
        String outline,
        Stage stage,
        Optional<ImageLayer> layer,
        String reason,
        Instant createdAt,
        Instant changedAt,
        long node) {

    public enum Stage {
        BUILDING,
        READY,
        FAILED;

        /** The word that clients compare with. */
        public String status() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    Snapshot ready(ImageLayer built, Instant at) {
        return new Snapshot(id, image, outline, Stage.READY, Optional.of(built), "", createdAt, at, node);
    }

    Snapshot failed(String why, Instant at) {
        return new Snapshot(id, image, outline, Stage.FAILED, Optional.empty(), why, createdAt, at, node);
    }
}
