package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import dev.sealbox.persistence.entity.SandboxReply;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** Reaches the host of a sandbox that runs, or says why the sandbox cannot be used. */
final class RunningSandboxes {
    private final Entities entities;
    private final ServiceSettings settings;

    RunningSandboxes(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    /** What is done on the host of a running sandbox. */
    @FunctionalInterface
    interface Task<T> {
        CompletionStage<Outcome<T>> on(HostId host, Sandbox sandbox);
    }

    /** The sandbox as it is, for those who may know of it. */
    CompletionStage<Outcome<Sandbox>> read(OrganizationId asking, SandboxId id) {
        return entities.sandbox(id, settings.askTimeout(), replyTo -> new SandboxMessage.Read(asking, replyTo))
                .thenApply(RunningSandboxes::outcome);
    }

    static Outcome<Sandbox> outcome(SandboxReply reply) {
        return switch (reply) {
            case SandboxReply.Done(var sandbox) -> Outcome.done(sandbox);
            case SandboxReply.Policed(var sandbox, var policy) -> Outcome.done(sandbox);
            case SandboxReply.Refused(var reason) -> Outcome.refused(reason);
            case SandboxReply.Shown shown -> throw new IllegalStateException("the sandbox was asked for");
        };
    }

    /** Waits for a sandbox that is being started; refuses what needs one that runs when it does not. */
    <T> CompletionStage<Outcome<T>> with(Origin origin, SandboxId id, Task<T> task) {
        return read(origin.organization(), id)
                .thenCompose(known -> known.then(
                        sandbox -> sandbox.starting() ? settled(origin.organization(), id) : Futures.now(known)))
                .thenCompose(known -> known.then(sandbox -> use(origin, id, sandbox, task)));
    }

    private CompletionStage<Outcome<Sandbox>> settled(OrganizationId asking, SandboxId id) {
        return entities.sandbox(id, settings.readyTimeout(), replyTo -> new SandboxMessage.Await(asking, replyTo))
                .thenApply(RunningSandboxes::outcome)
                .exceptionallyCompose(failure -> cause(failure) instanceof TimeoutException
                        ? Futures.now(Outcome.refused(new SandboxRefusal.NotReady()))
                        : CompletableFuture.failedFuture(failure));
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private <T> CompletionStage<Outcome<T>> use(Origin origin, SandboxId id, Sandbox sandbox, Task<T> task) {
        return switch (sandbox.stage()) {
            case RUNNING ->
                task.on(sandbox.host().orElseThrow(), sandbox)
                        .exceptionallyCompose(failure -> cause(failure) instanceof SandboxMissing
                                ? lost(origin, id)
                                : CompletableFuture.failedFuture(failure));
            case STARTING, RESTORING -> Futures.now(Outcome.refused(new SandboxRefusal.NotReady()));
            case ABSENT -> Futures.now(Outcome.refused(new SandboxRefusal.NoSuchSandbox()));
            case STOPPING, STOPPED -> Futures.now(Outcome.refused(new SandboxRefusal.Stopped()));
            case LOST ->
                Futures.now(Outcome.refused(
                        new SandboxRefusal.NotRunning(sandbox.stage().status())));
        };
    }

    private <T> CompletionStage<Outcome<T>> lost(Origin origin, SandboxId id) {
        var report = new SandboxCommand.ReportLost("its container is gone");
        return entities.sandbox(
                        id,
                        settings.askTimeout(),
                        replyTo -> new SandboxMessage.Execute(Origin.system(origin.organization()), report, replyTo))
                .thenApply(reply -> Outcome.refused(new SandboxRefusal.NotRunning(Sandbox.Stage.LOST.status())));
    }
}
