package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.organization.OrganizationCommand.ResumeSandbox;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.SandboxResting;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.OrganizationMessage;
import dev.sealbox.persistence.entity.OrganizationReply;
import dev.sealbox.persistence.entity.SandboxMessage;
import dev.sealbox.persistence.entity.SandboxReply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Reaches the host of a sandbox that runs, or says why the sandbox cannot be used. */
final class RunningSandboxes {
    /** A sandbox that is falling asleep on its host is noted as such within moments. */
    private static final Executor SOON = CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS);

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

    /**
     * Wakes one that sleeps, waits for one that is being started or put to sleep, and refuses what needs one that runs
     * when it does not come to run in time. The task may be done again if its sandbox fell asleep before it began.
     */
    <T> CompletionStage<Outcome<T>> with(Origin origin, SandboxId id, Task<T> task) {
        return with(
                origin, id, task, System.nanoTime() + settings.readyTimeout().toNanos());
    }

    private <T> CompletionStage<Outcome<T>> with(Origin origin, SandboxId id, Task<T> task, long deadline) {
        return awake(origin, id, deadline)
                .thenCompose(known ->
                        known.then(sandbox -> task.on(sandbox.host().orElseThrow(), sandbox)
                                .exceptionallyCompose(failure -> switch (cause(failure)) {
                                    case SandboxMissing gone -> missing(origin, id, sandbox, task, deadline);
                                    case SandboxResting resting -> again(origin, id, task, deadline);
                                    default -> CompletableFuture.failedFuture(failure);
                                })));
    }

    /** As {@link #with}, for a task that consumes what it is given, so that it is tried once. */
    <T> CompletionStage<Outcome<T>> withOnce(Origin origin, SandboxId id, Task<T> task) {
        return awake(origin, id, System.nanoTime() + settings.readyTimeout().toNanos())
                .thenCompose(known -> known.then(sandbox -> task.on(
                                sandbox.host().orElseThrow(), sandbox)
                        .exceptionallyCompose(failure -> switch (cause(failure)) {
                            case SandboxMissing gone -> lost(origin, id, sandbox);
                            case SandboxResting resting -> Futures.now(Outcome.refused(new SandboxRefusal.NotReady()));
                            default -> CompletableFuture.failedFuture(failure);
                        })));
    }

    /** The sandbox when it runs. */
    private CompletionStage<Outcome<Sandbox>> awake(Origin origin, SandboxId id, long deadline) {
        return read(origin.organization(), id)
                .thenCompose(known -> known.then(sandbox ->
                        sandbox.settled() ? Futures.now(known) : settled(origin.organization(), id, deadline)))
                .thenCompose(known -> known.then(sandbox -> switch (sandbox.stage()) {
                    case RUNNING -> Futures.now(Outcome.done(sandbox));
                    case HIBERNATED -> wake(origin, id, Optional.empty(), deadline);
                    case STARTING, RESTORING, HIBERNATING, WAKING, REBOOTING ->
                        Futures.now(Outcome.refused(new SandboxRefusal.NotReady()));
                    case ABSENT -> Futures.now(Outcome.refused(new SandboxRefusal.NoSuchSandbox()));
                    case STOPPING, STOPPED -> Futures.now(Outcome.refused(new SandboxRefusal.Stopped()));
                    case LOST ->
                        Futures.now(Outcome.refused(
                                new SandboxRefusal.NotRunning(sandbox.stage().status())));
                }));
    }

    /** Has the organisation count the sandbox again, and starts it. */
    CompletionStage<Outcome<Sandbox>> wake(Origin origin, SandboxId id, Optional<Integer> timeoutSeconds) {
        return wake(
                origin,
                id,
                timeoutSeconds,
                System.nanoTime() + settings.readyTimeout().toNanos());
    }

    private CompletionStage<Outcome<Sandbox>> wake(
            Origin origin, SandboxId id, Optional<Integer> timeoutSeconds, long deadline) {
        return counted(origin, id)
                .thenCompose(counted -> counted.then(
                        done -> changed(origin, id, new SandboxCommand.WakeSandbox(timeoutSeconds), left(deadline))))
                .thenApply(RunningSandboxes::running);
    }

    CompletionStage<Outcome<Sandbox>> reboot(Origin origin, SandboxId id) {
        return counted(origin, id)
                .thenCompose(counted -> counted.then(
                        done -> changed(origin, id, new SandboxCommand.RebootSandbox(), settings.startTimeout())))
                .thenApply(RunningSandboxes::running);
    }

    private CompletionStage<Outcome<Unit>> counted(Origin origin, SandboxId id) {
        return entities.<OrganizationReply>organization(
                        origin.organization(),
                        replyTo -> new OrganizationMessage.Execute(
                                origin, new ResumeSandbox(id, settings.maxSandboxes()), replyTo))
                .thenApply(reply -> switch (reply) {
                    case OrganizationReply.Done(var organization) -> Outcome.done(Unit.DONE);
                    case OrganizationReply.Refused(var reason) -> Outcome.refused(reason);
                });
    }

    /** One that was to run, and does. */
    static Outcome<Sandbox> running(Outcome<Sandbox> outcome) {
        return outcome instanceof Outcome.Done<Sandbox>(var sandbox) && sandbox.stage() != Sandbox.Stage.RUNNING
                ? Outcome.refused(
                        sandbox.stage() == Sandbox.Stage.HIBERNATED
                                ? new SandboxRefusal.WakeFailed(sandbox.upkeep().trouble())
                                : new SandboxRefusal.NotRunning(sandbox.stage().status()))
                : outcome;
    }

    /** Has the sandbox changed and waits for the end of it. */
    CompletionStage<Outcome<Sandbox>> changed(Origin origin, SandboxId id, SandboxCommand command, Duration patience) {
        return inTime(entities.sandbox(id, patience, replyTo -> new SandboxMessage.Execute(origin, command, replyTo)));
    }

    private CompletionStage<Outcome<Sandbox>> settled(OrganizationId asking, SandboxId id, long deadline) {
        return inTime(entities.sandbox(id, left(deadline), replyTo -> new SandboxMessage.Await(asking, replyTo)));
    }

    private static CompletionStage<Outcome<Sandbox>> inTime(CompletionStage<SandboxReply> asked) {
        return asked.thenApply(RunningSandboxes::outcome)
                .exceptionallyCompose(failure -> cause(failure) instanceof TimeoutException
                        ? Futures.now(Outcome.refused(new SandboxRefusal.NotReady()))
                        : CompletableFuture.failedFuture(failure));
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
    }

    private <T> CompletionStage<Outcome<T>> again(Origin origin, SandboxId id, Task<T> task, long deadline) {
        return System.nanoTime() > deadline
                ? Futures.now(Outcome.refused(new SandboxRefusal.NotReady()))
                : CompletableFuture.supplyAsync(() -> Unit.DONE, SOON)
                        .thenCompose(now -> with(origin, id, task, deadline));
    }

    /** It fell asleep, or its container has died; only what runs in the same container still is lost. */
    private <T> CompletionStage<Outcome<T>> missing(
            Origin origin, SandboxId id, Sandbox seen, Task<T> task, long deadline) {
        return read(origin.organization(), id)
                .thenCompose(known -> known.then(now -> now.stage() == Sandbox.Stage.RUNNING
                                && now.upkeep().boot() == seen.upkeep().boot()
                        ? lost(origin, id, now)
                        : again(origin, id, task, deadline)));
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private <T> CompletionStage<Outcome<T>> lost(Origin origin, SandboxId id, Sandbox seen) {
        var report = new SandboxCommand.ReportMissing(seen.upkeep().boot());
        return entities.sandbox(
                        id,
                        settings.askTimeout(),
                        replyTo -> new SandboxMessage.Execute(Origin.system(origin.organization()), report, replyTo))
                .thenApply(RunningSandboxes::outcome)
                .thenApply(known -> known instanceof Outcome.Done<Sandbox>(var now) && now.stage() != Sandbox.Stage.LOST
                        ? Outcome.refused(new SandboxRefusal.NotReady())
                        : Outcome.refused(new SandboxRefusal.NotRunning(Sandbox.Stage.LOST.status())));
    }
}
