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
 * @param image of its disk as it is, made by its last hibernation; empty while it runs, and when none was made
 * @param older an image of its disk as it was, of use only to whom that is better than none: when its host is lost
 * @param anew whether its disk is to be made of layers at its next start, since it was moved or its host was lost
 * @param processes while it sleeps, whether its host keeps its processes; while it runs, whether it woke with them
 */
public record Site(Siting wanted, Optional<Image> image, Optional<Image> older, boolean anew, boolean processes) {
    public static final Site ANYWHERE = new Site(Siting.ANYWHERE, Optional.empty(), Optional.empty(), false, false);

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
        return new Site(other, image, older, anew, processes);
    }

    Site kept(Image made) {
        return new Site(wanted, Optional.of(made), Optional.empty(), anew, processes);
    }

    Site moved() {
        return new Site(wanted, image, older, true, false);
    }

    /** It writes to its disk again. */
    Site started() {
        return new Site(
                wanted,
                Optional.empty(),
                wanted.onHostLoss() == OnHostLoss.RECREATE ? newest() : Optional.empty(),
                false,
                false);
    }

    Site withProcesses(boolean there) {
        return new Site(wanted, image, older, anew, there);
    }

    /** What there is of its disk, be it as it is or as it was. */
    public Optional<Image> newest() {
        return image.or(() -> older);
    }

    /** Its disk becomes another one. */
    Site putBack() {
        return new Site(wanted, Optional.empty(), Optional.empty(), anew, false);
    }
}
