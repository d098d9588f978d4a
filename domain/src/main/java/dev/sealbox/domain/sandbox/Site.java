package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.placement.OnHostLoss;
import dev.sealbox.domain.placement.Siting;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where a sandbox may be, and what there is of it apart from its disk.
 *
 * @param image of its disk, made when it was hibernated; empty when nothing may be made of it any more
 * @param anew whether its disk is to be made of layers at its next start, since it was moved
 */
public record Site(Siting wanted, Optional<Image> image, boolean anew) {
    public static final Site ANYWHERE = new Site(Siting.ANYWHERE, Optional.empty(), false);

    /**
     * A disk as a layer.
     *
     * @param layers the image and what it stands on, newest first
     */
    public record Image(List<CheckpointId> layers, Instant at) {
        public Image {
            layers = List.copyOf(layers);
        }
    }

    Site sited(Siting other) {
        return new Site(other, image, anew);
    }

    Site kept(Image made) {
        return new Site(wanted, Optional.of(made), anew);
    }

    Site moved() {
        return new Site(wanted, image, true);
    }

    /** It writes to its disk again; an older state of it is of use only to whom that is better than none. */
    Site started() {
        return new Site(wanted, wanted.onHostLoss() == OnHostLoss.RECREATE ? image : Optional.empty(), false);
    }

    /** Its disk becomes another one. */
    Site putBack() {
        return new Site(wanted, Optional.empty(), anew);
    }
}
