package dev.sealbox.domain.sandbox;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import dev.sealbox.domain.sandbox.SandboxEvent.AutoscaleChanged;
import dev.sealbox.domain.sandbox.SandboxEvent.SandboxScaled;
import dev.sealbox.domain.sandbox.SandboxEvent.ScalingLocked;
import java.util.ArrayList;
import java.util.Optional;

/** WHO MAY CHANGE A SANDBOX'S SIZE: its owner by hand, or its host by what it uses, or nobody while it is locked. */
final class Scaling {
    private Scaling() {}

    /** Ends autoscaling. */
    static Decision<SandboxEvent, SandboxRefusal> byHand(Sandbox sandbox, Tier tier) {
        var fixed = fixedSize(sandbox);
        if (fixed.isPresent()) {
            return refuse(fixed.get());
        }
        var events = new ArrayList<SandboxEvent>();
        if (sandbox.upkeep().autoscale().isPresent()) {
            events.add(new AutoscaleChanged(Optional.empty()));
        }
        var present = sandbox.blueprint().limits();
        var wanted = tier.with(present.diskMB());
        if (!wanted.equals(present)) {
            events.add(new SandboxScaled(wanted, false));
        }
        return accept(events.toArray(SandboxEvent[]::new));
    }

    /** The host looked at an earlier state, so all is looked at again. */
    static Decision<SandboxEvent, SandboxRefusal> byUse(Sandbox sandbox, int memoryMB) {
        var present = sandbox.blueprint().limits();
        var wanted = sandbox.stage() == Stage.RUNNING
                && sandbox.upkeep()
                        .autoscale()
                        .filter(bounds -> bounds.allows(present.memoryMB(), memoryMB))
                        .isPresent();
        return wanted ? accept(new SandboxScaled(Tier.of(memoryMB).with(present.diskMB()), true)) : accept();
    }

    /** What is locked is not scaled by use, so to end that is allowed. */
    static Decision<SandboxEvent, SandboxRefusal> between(Sandbox sandbox, Optional<Autoscale> wanted) {
        var endsWhatIsLocked = wanted.isEmpty() && sandbox.upkeep().scalingLocked();
        var fixed = endsWhatIsLocked ? Optional.<SandboxRefusal>empty() : fixedSize(sandbox);
        if (fixed.isPresent()) {
            return refuse(fixed.get());
        }
        return wanted.equals(sandbox.upkeep().autoscale()) ? accept() : accept(new AutoscaleChanged(wanted));
    }

    /** A lock ends autoscaling; that is not begun again by unlocking. */
    static Decision<SandboxEvent, SandboxRefusal> lock(Upkeep upkeep, boolean locked) {
        var events = new ArrayList<SandboxEvent>();
        if (locked && upkeep.autoscale().isPresent()) {
            events.add(new AutoscaleChanged(Optional.empty()));
        }
        if (locked != upkeep.scalingLocked()) {
            events.add(new ScalingLocked(locked));
        }
        return accept(events.toArray(SandboxEvent[]::new));
    }

    /** Why its size cannot be changed; empty when it can. */
    private static Optional<SandboxRefusal> fixedSize(Sandbox sandbox) {
        if (!sandbox.mayRun()) {
            return Optional.of(
                    sandbox.isOver()
                            ? new SandboxRefusal.Stopped()
                            : new SandboxRefusal.NotRunning(sandbox.stage().status()));
        }
        return sandbox.upkeep().scalingLocked() ? Optional.of(new SandboxRefusal.SizeLocked()) : Optional.empty();
    }
}
