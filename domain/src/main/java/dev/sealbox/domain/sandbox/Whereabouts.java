package dev.sealbox.domain.sandbox;

import static dev.sealbox.domain.Decision.accept;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.placement.OnHostLoss;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import dev.sealbox.domain.sandbox.SandboxCommand.ReportHostGone;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxLost;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxMoved;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxPlaced;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxRecreated;
import dev.sealbox.domain.sandbox.SandboxEvent.WakeFailed;
import java.util.Optional;

/** WHICH HOST A SANDBOX IS ON, and what becomes of it when that is gone. */
final class Whereabouts {
    private static final String HOST_GONE = "its host left the cluster";

    private Whereabouts() {}

    static Decision<SandboxEvent, SandboxRefusal> place(Sandbox sandbox, HostId on) {
        return sandbox.stage() == Stage.STARTING
                        || (sandbox.stage() == Stage.RESTORING
                                && sandbox.upkeep().site().anew())
                ? accept(new SandboxPlaced(on))
                : accept();
    }

    static Decision<SandboxEvent, SandboxRefusal> move(Sandbox sandbox, HostId to) {
        var image = sandbox.upkeep().site().image();
        return sandbox.stage() == Stage.WAKING && image.isPresent()
                ? accept(new SandboxMoved(to, image.get().layers()))
                : accept();
    }

    /** What sleeps stays asleep: the disk may come back, or there is an image of it. */
    static Decision<SandboxEvent, SandboxRefusal> hostGone(Sandbox sandbox, ReportHostGone report) {
        if (!sandbox.host().equals(Optional.of(report.host()))) {
            return accept();
        }
        var layers = report.fileLayers();
        var again = !layers.isEmpty() && sandbox.upkeep().site().wanted().onHostLoss() == OnHostLoss.RECREATE;
        return switch (sandbox.stage()) {
            case RUNNING, RESTORING -> accept(again ? new SandboxRecreated(layers) : new SandboxLost(HOST_GONE));
            // Its disk is kept, and may come back with the host.
            case REBOOTING, HIBERNATING -> again ? accept(new SandboxRecreated(layers)) : accept();
            case STARTING -> accept(new SandboxLost(HOST_GONE));
            case WAKING -> accept(new WakeFailed(HOST_GONE));
            case ABSENT, HIBERNATED, STOPPING, STOPPED, LOST -> accept();
        };
    }
}
