package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.sandbox.AllowedHosts;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.HibernationCause;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.Run;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.sandbox.Template;
import dev.sealbox.domain.store.SecretStores;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/** Sandboxes as their people see them, put together from entities and hosts. */
public final class ShardedSandboxes implements Sandboxes {
    private final Entities entities;
    private final SandboxHosts hosts;
    private final SecretStores stores;
    private final Launcher launcher;
    private final Layering layering;
    private final Names names;
    private final RunningSandboxes running;
    private final Commands commands;
    private final ServiceSettings settings;

    public ShardedSandboxes(
            Entities entities,
            SandboxHosts hosts,
            SecretStores stores,
            RandomGenerator random,
            ServiceSettings settings,
            InstantSource time) {
        this.entities = entities;
        this.hosts = hosts;
        this.stores = stores;
        this.launcher = new Launcher(entities, hosts, random, settings, time);
        this.layering = new Layering(entities, settings);
        this.names = new Names(entities, settings);
        this.running = new RunningSandboxes(entities, settings);
        this.commands = new Commands(entities, settings);
        this.settings = settings;
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> create(Origin origin, NewSandbox wanted) {
        return create(origin, launcher.newId(), wanted);
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> create(Origin origin, SandboxId id, NewSandbox wanted) {
        return launcher.unlessThere(origin, id, () -> launch(origin, id, wanted));
    }

    private CompletionStage<Outcome<SandboxView>> launch(Origin origin, SandboxId id, NewSandbox wanted) {
        var template = Template.of(wanted.template());
        if (!template.isKnown()) {
            return Futures.now(Outcome.refused(new SandboxRefusal.UnknownTemplate()));
        }
        var blueprint = new Blueprint(
                template.name(),
                Optional.empty(),
                List.of(),
                wanted.limits(),
                wanted.timeoutSeconds(),
                wanted.envs(),
                wanted.metadata());
        return launcher.requested(origin, wanted.store())
                .thenCompose(found -> found.then(layers -> launcher.launch(
                        origin, new Launcher.Plan(id, blueprint, layers, wanted.guard(), wanted.siting()))));
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> read(Origin origin, SandboxId sandbox) {
        return running.read(origin.organization(), sandbox)
                .thenApply(outcome -> outcome.map(known -> known.view(sandbox)));
    }

    @Override
    public CompletionStage<List<SandboxView>> list(Origin origin) {
        return names.organization(origin.organization())
                .thenApply(Organization::sandboxes)
                .thenCompose(admitted -> Futures.each(
                        List.copyOf(admitted.keySet()),
                        id -> running.read(origin.organization(), id)
                                .thenApply(outcome ->
                                        outcome instanceof Outcome.Done<Sandbox>(var known) && isListed(known)
                                                ? Optional.of(known.view(id))
                                                : Optional.<SandboxView>empty())))
                .thenApply(all -> all.stream()
                        .flatMap(Optional::stream)
                        .sorted(Comparator.comparing(SandboxView::startedAt).reversed())
                        .toList());
    }

    private static boolean isListed(Sandbox sandbox) {
        return switch (sandbox.stage()) {
            case STARTING, RUNNING, RESTORING, HIBERNATING, HIBERNATED, WAKING, REBOOTING, LOST -> true;
            case ABSENT, STOPPING, STOPPED -> false;
        };
    }

    @Override
    public CompletionStage<Outcome<Unit>> stop(Origin origin, SandboxId sandbox, boolean deleteStore) {
        return entities.sandbox(
                        sandbox,
                        settings.stopTimeout(),
                        replyTo -> new SandboxMessage.Execute(origin, new SandboxCommand.StopSandbox(), replyTo))
                .thenApply(RunningSandboxes::outcome)
                .thenCompose(outcome -> outcome.then(stopped ->
                        deleteStore ? deleteLastStore(origin, stopped) : Futures.now(Outcome.done(Unit.DONE))));
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> hibernate(Origin origin, SandboxId sandbox) {
        var command = new SandboxCommand.HibernateSandbox(HibernationCause.CALL);
        return running.changed(origin, sandbox, command, settings.stopTimeout())
                .thenApply(outcome -> outcome.map(known -> known.view(sandbox)));
    }

    @Override
    public CompletionStage<Outcome<SandboxView>> wake(
            Origin origin, SandboxId sandbox, Optional<Integer> timeoutSeconds) {
        return running.read(origin.organization(), sandbox)
                .thenCompose(known -> known.then(seen -> running.wake(origin, sandbox, timeoutSeconds)))
                .thenApply(outcome -> outcome.map(known -> known.view(sandbox)));
    }

    @Override
    public CompletionStage<Outcome<Unit>> reboot(Origin origin, SandboxId sandbox) {
        return running.reboot(origin, sandbox).thenApply(outcome -> outcome.map(known -> Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<Unit>> changeTimeout(Origin origin, SandboxId sandbox, int seconds) {
        return running.changed(origin, sandbox, new SandboxCommand.ChangeTimeout(seconds), settings.askTimeout())
                .thenApply(outcome -> outcome.map(known -> Unit.DONE));
    }

    private CompletionStage<Outcome<Unit>> use(Origin origin, SandboxId sandbox) {
        return running.with(
                origin, sandbox, (host, known) -> hosts.use(host, sandbox).thenApply(Outcome::done));
    }

    private CompletionStage<Outcome<Unit>> deleteLastStore(Origin origin, Sandbox stopped) {
        var layers = stopped.stack().stores();
        return layers.isEmpty()
                ? Futures.now(Outcome.done(Unit.DONE))
                : stores.delete(origin, layers.getLast().store()).handle((outcome, failure) -> Outcome.done(Unit.DONE));
    }

    @Override
    public CompletionStage<Outcome<AllowedHosts>> allowedHosts(Origin origin, SandboxId sandbox) {
        return layering.of(origin, sandbox).thenApply(outcome -> outcome.map(Layering.Now::allowedHosts));
    }

    @Override
    public CompletionStage<Outcome<CommandResult>> run(Origin origin, SandboxId sandbox, Run run) {
        return running.with(
                origin,
                sandbox,
                (host, known) -> commands.of(sandbox, known, run)
                        .thenCompose(made -> made.then(
                                command -> hosts.run(host, sandbox, command).thenApply(Outcome::done))));
    }

    @Override
    public CompletionStage<Outcome<InputStream>> readFile(Origin origin, SandboxId sandbox, String path) {
        return running.with(origin, sandbox, (host, known) -> hosts.readFile(host, sandbox, path));
    }

    @Override
    public CompletionStage<Outcome<Unit>> writeFile(
            Origin origin, SandboxId sandbox, String path, InputStream content) {
        // What was read of the content cannot be read again, so the sandbox is made sure of first.
        return use(origin, sandbox)
                .thenCompose(used -> used.then(done -> running.<Unit>withOnce(
                        origin, sandbox, (host, known) -> hosts.writeFile(host, sandbox, path, content))))
                .whenComplete((outcome, failure) -> close(content));
    }

    private static void close(InputStream content) {
        try {
            content.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public CompletionStage<Outcome<List<FileEntry>>> listFiles(Origin origin, SandboxId sandbox, String path) {
        return running.with(origin, sandbox, (host, known) -> hosts.listFiles(host, sandbox, path));
    }

    @Override
    public CompletionStage<Outcome<Unit>> makeDirectory(Origin origin, SandboxId sandbox, String path) {
        return running.with(origin, sandbox, (host, known) -> hosts.makeDirectory(host, sandbox, path));
    }

    @Override
    public CompletionStage<Outcome<Unit>> removeFile(Origin origin, SandboxId sandbox, String path) {
        return running.with(origin, sandbox, (host, known) -> hosts.removeFile(host, sandbox, path));
    }
}
