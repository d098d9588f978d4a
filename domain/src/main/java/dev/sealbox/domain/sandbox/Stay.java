package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import java.util.Optional;

/** How a sandbox stands to a host that has something of it. */
public enum Stay {
    /** Nobody knows it. The database may have been put back to an earlier day, so its disk is not to be thrown away. */
    UNKNOWN,
    /** Something is under way there that ends by itself. */
    BUSY,
    RUNS,
    /** It sleeps there, and an image of its disk was made. */
    SLEEPS,
    /** It sleeps there, and no image was made of its disk. */
    ONLY_HERE,
    /** It is to go on elsewhere and has not begun to: its disk here may be needed yet, but it is not to run here. */
    LEAVING,
    /** It is elsewhere, or over. */
    LEFT;

    /** Whether a container of it may be there. */
    public boolean mayRun() {
        return switch (this) {
            case UNKNOWN, BUSY, RUNS -> true;
            case SLEEPS, ONLY_HERE, LEAVING, LEFT -> false;
        };
    }

    /** How {@code sandbox}, which was created, stands to {@code host}. */
    public static Stay of(Sandbox sandbox, HostId host) {
        var site = sandbox.upkeep().site();
        if (!sandbox.mayRun()) {
            return LEFT;
        }
        if (!sandbox.host().equals(Optional.of(host))) {
            return site.anew() ? LEAVING : LEFT;
        }
        if (!sandbox.settled()) {
            return BUSY;
        }
        if (sandbox.stage() == Stage.RUNNING) {
            return RUNS;
        }
        return site.image().isEmpty() ? ONLY_HERE : SLEEPS;
    }
}
