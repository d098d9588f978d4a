package dev.sealbox.persistence.entity;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.placement.Place;
import dev.sealbox.domain.placement.Siting;
import dev.sealbox.domain.placement.Wanted;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxHosts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Where a sandbox is to be, and how long it waits for a place. Belongs to one actor. */
final class Placing {
    private final SandboxHosts hosts;
    private final Duration queueFor;

    /** Until when a place is waited for; empty while there is one. */
    private Optional<Long> queuedUntil = Optional.empty();

    Placing(SandboxHosts hosts, Duration queueFor) {
        this.hosts = hosts;
        this.queueFor = queueFor;
    }

    /** The host for one whose files lie on {@code files}: there, when nowhere is better. */
    HostId near(HostId files, SandboxCommand.CreateSandbox create) {
        return hosts.near(files, wanted(create.blueprint(), create.siting()))
                .found()
                .orElse(files);
    }

    private static Wanted wanted(Blueprint plan, Siting siting) {
        return new Wanted(plan.template(), plan.limits().size(), plan.fileLayers(), siting.labels());
    }

    private static Wanted wanted(Sandbox sandbox) {
        return wanted(sandbox.blueprint(), sandbox.upkeep().site().wanted());
    }

    /** For one that has none yet. */
    Place first(Sandbox sandbox) {
        return hosts.place(wanted(sandbox));
    }

    /** For one that moves with these layers. */
    Place with(List<CheckpointId> layers, Sandbox sandbox) {
        var plan = sandbox.blueprint();
        return hosts.place(new Wanted(
                plan.template(),
                plan.limits().size(),
                layers,
                sandbox.upkeep().site().wanted().labels()));
    }

    /** The host that was to start it has promised its room to others since it last told. */
    Place another(Sandbox sandbox) {
        var former = sandbox.host().orElseThrow();
        // What is left of one whose host was lost comes from the layer store, wherever it goes.
        var place = sandbox.blueprint().fileLayers().isEmpty()
                        || sandbox.upkeep().site().anew()
                ? hosts.place(wanted(sandbox))
                : hosts.near(former, wanted(sandbox));
        return place.found().equals(Optional.of(former)) ? new Place.Full() : place;
    }

    /** It has a place. */
    void found() {
        queuedUntil = Optional.empty();
    }

    /** Whether it waits for a place, from the first time that there is none. */
    boolean maySoonHaveRoom() {
        var until = queuedUntil.orElseGet(() -> System.nanoTime() + queueFor.toNanos());
        queuedUntil = Optional.of(until);
        return until - System.nanoTime() > 0;
    }
}
