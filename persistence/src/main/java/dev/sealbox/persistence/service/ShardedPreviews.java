package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PortHosts;
import dev.sealbox.domain.preview.PreviewHash;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.preview.PreviewUrl;
import dev.sealbox.domain.preview.Previews;
import dev.sealbox.domain.preview.Visit;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/** Previews by way of the sandboxes' entities, which know who is let in, and of their hosts. Thread-safe. */
public final class ShardedPreviews implements Previews {
    /** Stands where a key's id would, for what a visitor sets off. */
    private static final String VISITOR = "preview";

    private final Entities entities;
    private final PortHosts hosts;
    private final RunningSandboxes running;
    private final ServiceSettings settings;

    public ShardedPreviews(Entities entities, PortHosts hosts, ServiceSettings settings) {
        this.entities = entities;
        this.hosts = hosts;
        this.running = new RunningSandboxes(entities, settings);
        this.settings = settings;
    }

    @Override
    public CompletionStage<Outcome<Exposed>> expose(
            Origin origin, SandboxId sandbox, PreviewPort port, String authConfig) {
        var id = UUID.randomUUID();
        return changed(origin, sandbox, new SandboxCommand.ExposePort(port, id, authConfig))
                .thenApply(outcome -> outcome.map(known -> {
                    var url = known.upkeep().preview().at(port).orElseThrow();
                    return new Exposed(url, url.id().equals(id));
                }));
    }

    @Override
    public CompletionStage<Outcome<List<PreviewUrl>>> list(Origin origin, SandboxId sandbox) {
        return running.read(origin.organization(), sandbox)
                .thenApply(
                        outcome -> outcome.map(known -> known.upkeep().preview().urls()));
    }

    @Override
    public CompletionStage<Outcome<Unit>> close(Origin origin, SandboxId sandbox, PreviewPort port) {
        return changed(origin, sandbox, new SandboxCommand.ClosePort(port))
                .thenApply(outcome -> outcome.map(known -> Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<Unit>> guard(Origin origin, SandboxId sandbox, PreviewHash token) {
        return changed(origin, sandbox, new SandboxCommand.GuardPreview(token))
                .thenApply(outcome -> outcome.map(known -> Unit.DONE));
    }

    private CompletionStage<Outcome<Sandbox>> changed(Origin origin, SandboxId sandbox, SandboxCommand command) {
        return running.changed(origin, sandbox, command, settings.askTimeout());
    }

    /** Who is not let in wakes nothing (PROTOCOLS 11). */
    @Override
    public CompletionStage<Outcome<Entry>> visit(Visit visit) {
        return entities.sandbox(visit.sandbox(), settings.askTimeout(), SandboxMessage.ReadAsSystem::new)
                .thenApply(RunningSandboxes::outcome)
                .thenCompose(known -> known instanceof Outcome.Done<Sandbox>(var sandbox)
                        ? sandbox.barrier(visit)
                                .map(barrier -> Futures.now(Outcome.<Entry>refused(barrier)))
                                .orElseGet(() -> enter(visit, sandbox))
                        : Futures.now(Outcome.refused(new PreviewRefusal.NoPreview())));
    }

    @Override
    public CompletionStage<Boolean> admits(Visit visit) {
        return entities.sandbox(visit.sandbox(), settings.askTimeout(), SandboxMessage.ReadAsSystem::new)
                .thenApply(RunningSandboxes::outcome)
                .thenApply(known -> known instanceof Outcome.Done<Sandbox>(var sandbox)
                        && sandbox.barrier(visit).isEmpty());
    }

    /** What was seen before a wake may have changed meanwhile, so the door is looked at again. */
    private CompletionStage<Outcome<Entry>> enter(Visit visit, Sandbox seen) {
        var origin = new Origin(seen.organization(), VISITOR, visit.address(), visit.requestId());
        return running.with(
                origin,
                visit.sandbox(),
                (host, now) -> now.barrier(visit)
                        .map(barrier -> Futures.now(Outcome.<Entry>refused(barrier)))
                        .orElseGet(() -> hosts.connect(host, visit.sandbox(), visit.port())
                                .thenApply(outcome -> outcome.map(connection -> new Entry(
                                        connection, now.upkeep().preview().guard())))));
    }
}
