package dev.sealbox.domain.sandbox;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.preview.Preview;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.preview.Visit;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import dev.sealbox.domain.sandbox.SandboxCommand.ExposePort;
import dev.sealbox.domain.sandbox.SandboxCommand.GuardPreview;
import dev.sealbox.domain.sandbox.SandboxEvent.PortClosed;
import dev.sealbox.domain.sandbox.SandboxEvent.PortExposed;
import dev.sealbox.domain.sandbox.SandboxEvent.PreviewGuarded;
import java.util.Optional;

/** WHAT OF A SANDBOX CAN BE REACHED FROM OUTSIDE, and by whom. */
final class Exposure {
    private Exposure() {}

    static Decision<SandboxEvent, SandboxRefusal> open(Sandbox sandbox, ExposePort wanted) {
        var preview = sandbox.upkeep().preview();
        if (!sandbox.stage().status().equals(Stage.RUNNING.status())) {
            return refuse(new SandboxRefusal.NotRunning(sandbox.stage().status()));
        }
        if (preview.at(wanted.port()).isPresent()) {
            return accept();
        }
        return preview.urls().size() < Preview.MOST
                ? accept(new PortExposed(wanted.port(), wanted.id(), wanted.authConfig()))
                : refuse(new SandboxRefusal.TooManyPreviews(Preview.MOST));
    }

    static Decision<SandboxEvent, SandboxRefusal> close(Sandbox sandbox, PreviewPort port) {
        return sandbox.upkeep().preview().at(port).isPresent()
                ? accept(new PortClosed(port))
                : refuse(new SandboxRefusal.PortNotExposed());
    }

    static Decision<SandboxEvent, SandboxRefusal> guard(Sandbox sandbox, GuardPreview guard) {
        return sandbox.isOver() ? refuse(new SandboxRefusal.Stopped()) : accept(new PreviewGuarded(guard.token()));
    }

    static Optional<PreviewRefusal> barrier(Sandbox sandbox, Visit visit) {
        return sandbox.stage() == Stage.ABSENT
                        || sandbox.isOver()
                        || visit.only()
                                .filter(only -> !only.equals(sandbox.organization()))
                                .isPresent()
                ? Optional.of(new PreviewRefusal.NoPreview())
                : sandbox.upkeep().preview().barrier(visit);
    }
}
