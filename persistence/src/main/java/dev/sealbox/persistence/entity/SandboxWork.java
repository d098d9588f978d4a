package dev.sealbox.persistence.entity;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.domain.sandbox.Terms;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.entity.SandboxMessage.Effect;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a sandbox's entity does to the world outside: one thing at a time, each repeatable, whatever the sandbox's stage
 * asks for. Belongs to one actor and lives as long as it; all that must survive is in the events.
 */
final class SandboxWork {
    private final SandboxId id;
    private final ActorContext<SandboxMessage> context;
    private final Neighbours neighbours;
    private final SandboxHosts hosts;

    private Layers layers = Layers.UNKNOWN;
    private Optional<Effect> underWay = Optional.empty();
    private final int attempts;
    private int attemptsLeft;
    private long enforced;
    private boolean left;

    /** What the host was last told, since this actor began; empty also when it is to be told again. */
    private Optional<Terms> told = Optional.empty();

    private boolean restartClock;

    SandboxWork(
            SandboxId id,
            ActorContext<SandboxMessage> context,
            Neighbours neighbours,
            SandboxHosts hosts,
            EntitySettings settings) {
        this.id = id;
        this.context = context;
        this.neighbours = neighbours;
        this.hosts = hosts;
        this.attempts = settings.startAttempts();
        this.attemptsLeft = attempts;
    }

    /** Somebody waits for the start, and wants to hear of a failure rather than of a later success. */
    void startOnce() {
        attemptsLeft = 1;
    }

    /** What is put back has run before, so a host that is away for a moment does not end it. */
    void startAnew() {
        attemptsLeft = attempts;
    }

    /** The host is to be told the timeout even if it has it: its clock begins anew. */
    void restartClock() {
        restartClock = true;
    }

    /** One that sleeps is not told of changes, so the stores are to be asked again when they matter. */
    void forgetLayers() {
        layers = Layers.UNKNOWN;
    }

    /** Ends a pause, or the noting down of an outcome. */
    void resume() {
        underWay = underWay.filter(effect -> effect != Effect.PAUSE && effect != Effect.CONCLUDE);
    }

    void noticed(StoreView view) {
        layers = layers.with(view);
    }

    void layered(Map<StoreId, Optional<StoreView>> views) {
        layers = layers.with(views);
        underWay = Optional.empty();
    }

    /** What the layers allow; empty while the stores have not all been asked, which then is under way. */
    Optional<EgressPolicy> policy(Sandbox sandbox) {
        if (layers.completeFor(sandbox)) {
            return Optional.of(layers.policy(id, sandbox));
        }
        if (underWay.isEmpty()) {
            layer(sandbox);
        }
        return Optional.empty();
    }

    /** The names of all secrets that the stores are known to have. */
    Set<SecretName> names() {
        return layers.names();
    }

    /** Does what the sandbox's stage asks for, unless something is under way. */
    void proceed(Sandbox sandbox) {
        if (underWay.isPresent()) {
            return;
        }
        switch (sandbox.stage()) {
            case STARTING, RESTORING, WAKING, REBOOTING -> start(sandbox);
            case RUNNING -> {
                keepCut(sandbox);
                adjust(sandbox);
            }
            case HIBERNATING -> hibernate(sandbox);
            case STOPPING -> end(sandbox);
            case LOST -> {
                if (!left) {
                    end(sandbox);
                }
            }
            case ABSENT, HIBERNATED, STOPPED -> {}
        }
    }

    /** A revocation that the host has not taken is told again until it has. */
    private void keepCut(Sandbox sandbox) {
        if (sandbox.branch().revoked() && policy(sandbox).isPresent()) {
            enforce(sandbox, context.getSystem().ignoreRef());
        }
    }

    private void layer(Sandbox sandbox) {
        underWay = Optional.of(Effect.LAYER);
        var views = new ConcurrentHashMap<StoreId, Optional<StoreView>>();
        var all = sandbox.stack().stores().stream()
                .map(StoreLayer::store)
                .map(store -> neighbours
                        .bind(sandbox.organization(), store, id)
                        .thenAccept(reply -> views.put(store, view(store, reply)))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        context.pipeToSelf(
                CompletableFuture.allOf(all),
                (done, failure) -> failure == null
                        ? new SandboxMessage.Layered(Map.copyOf(views))
                        : new SandboxMessage.Finished(Effect.LAYER, 0, Optional.of(failure)));
    }

    private static Optional<StoreView> view(StoreId store, StoreReply reply) {
        return switch (reply) {
            case StoreReply.Done(var state, var refreshed) -> Optional.of(state.view(store));
            case StoreReply.Refused(var reason) -> Optional.empty();
        };
    }

    /** The host for one whose files lie on {@code files}. */
    HostId near(HostId files) {
        return hosts.near(files);
    }

    private void start(Sandbox sandbox) {
        if (sandbox.host().isEmpty()) {
            hosts.place(sandbox.blueprint().limits())
                    .ifPresentOrElse(
                            host -> conclude(new SandboxCommand.PlaceSandbox(host)),
                            () -> failedStart(new SandboxRefusal.NoHost().message())
                                    .ifPresent(this::conclude));
            return;
        }
        policy(sandbox).ifPresent(policy -> {
            var plan = sandbox.blueprint();
            var kept = sandbox.stage() == Stage.WAKING || sandbox.stage() == Stage.REBOOTING;
            var start = new StartSandbox(
                    plan.template(),
                    plan.fileLayers(),
                    sandbox.terms(),
                    policy,
                    plan.origin(),
                    sandbox.branch().generation(),
                    kept);
            told = Optional.of(sandbox.terms());
            effect(
                    Effect.START,
                    policy.revision(),
                    () -> ready(sandbox)
                            .thenCompose(done -> hosts.start(sandbox.host().orElseThrow(), start)));
        });
    }

    /** What must be so before the host starts the container. */
    private CompletionStage<?> ready(Sandbox sandbox) {
        return switch (sandbox.stage()) {
            // Its place was given to it when it was asked to wake; a hibernation of before may have taken it back
            // since.
            case WAKING -> neighbours.resumed(sandbox.organization(), id);
            case REBOOTING -> hosts.hibernate(sandbox.host().orElseThrow(), id);
            default -> CompletableFuture.completedFuture(Unit.DONE);
        };
    }

    private void hibernate(Sandbox sandbox) {
        effect(
                Effect.HIBERNATE,
                hosts -> hosts.hibernate(sandbox.host().orElseThrow(), id)
                        .thenCompose(bytes ->
                                neighbours.suspend(sandbox.organization(), id).thenApply(suspended -> bytes)));
    }

    /** The host forgets terms when it restarts, and may have missed a change. */
    private void adjust(Sandbox sandbox) {
        var terms = sandbox.terms();
        if (underWay.isPresent() || (!restartClock && told.equals(Optional.of(terms)))) {
            return;
        }
        var restart = restartClock;
        restartClock = false;
        told = Optional.of(terms);
        effect(
                Effect.ADJUST,
                sandbox.upkeep().boot(),
                () -> hosts.adjust(sandbox.host().orElseThrow(), id, terms, restart));
    }

    private void conclude(SandboxCommand outcome) {
        underWay = Optional.of(Effect.CONCLUDE);
        context.getSelf().tell(new SandboxMessage.Conclude(outcome));
    }

    /** Ends the container, then lets the stores and the place in the organisation go. */
    private void end(Sandbox sandbox) {
        var lost = sandbox.stage() == Stage.LOST;
        effect(
                Effect.END,
                0,
                () -> sandbox.host()
                        .map(host -> hosts.stop(host, id).<Void>thenApply(done -> null))
                        .orElseGet(() -> CompletableFuture.completedFuture(null))
                        .handle((done, failure) -> failure == null || lost
                                ? leave(sandbox)
                                : CompletableFuture.<Void>failedFuture(failure))
                        .thenCompose(leaving -> leaving));
    }

    private CompletableFuture<Void> leave(Sandbox sandbox) {
        var unbound = sandbox.stack().stores().stream()
                .map(layer -> neighbours
                        .unbind(sandbox.organization(), layer.store(), id)
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(unbound)
                .thenCompose(done -> neighbours.release(sandbox.organization(), id))
                .thenAccept(reply -> {});
    }

    private void effect(Effect effect, long revision, Supplier<? extends CompletionStage<?>> action) {
        underWay = Optional.of(effect);
        context.pipeToSelf(
                begun(action),
                (done, failure) -> new SandboxMessage.Finished(effect, revision, Optional.ofNullable(failure)));
    }

    /** As the other, for an effect that comes to a figure. */
    private void effect(Effect effect, Function<SandboxHosts, CompletionStage<Long>> action) {
        underWay = Optional.of(effect);
        context.pipeToSelf(
                begun(() -> action.apply(hosts)).thenApply(figure -> (Long) figure),
                (figure, failure) ->
                        new SandboxMessage.Finished(effect, figure == null ? 0 : figure, Optional.ofNullable(failure)));
    }

    private static CompletionStage<?> begun(Supplier<? extends CompletionStage<?>> action) {
        try {
            return action.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What the end of an effect means for the sandbox. */
    Optional<SandboxCommand> finished(Sandbox sandbox, SandboxMessage.Finished finished) {
        underWay = Optional.empty();
        return switch (finished.effect()) {
            case START -> started(sandbox, finished);
            case HIBERNATE -> hibernated(sandbox, finished);
            case ADJUST -> adjusted(sandbox, finished);
            case END -> ended(sandbox, finished);
            case LAYER, CONCLUDE, PAUSE -> {
                finished.failure().ifPresent(failure -> pause("ask the stores of", Records.reason(failure)));
                yield Optional.empty();
            }
        };
    }

    private Optional<SandboxCommand> started(Sandbox sandbox, SandboxMessage.Finished finished) {
        if (finished.failure().isEmpty()) {
            enforced = finished.figure();
            return Optional.of(new SandboxCommand.ConfirmStarted());
        }
        if (!sandbox.starting()) {
            return Optional.empty();
        }
        if (layers.policy(id, sandbox).revision() > finished.figure()) {
            // A store changed meanwhile, so the key of a value that the host was to open may be destroyed: try anew.
            return Optional.empty();
        }
        var reason = Records.reason(finished.failure().get());
        return switch (sandbox.stage()) {
            case WAKING, REBOOTING -> failedWake(reason);
            default -> failedStart(reason);
        };
    }

    private Optional<SandboxCommand> failedWake(String reason) {
        told = Optional.empty();
        attemptsLeft--;
        if (attemptsLeft <= 0) {
            return Optional.of(new SandboxCommand.ReportWakeFailed(reason));
        }
        pause("wake", reason);
        return Optional.empty();
    }

    private Optional<SandboxCommand> hibernated(Sandbox sandbox, SandboxMessage.Finished finished) {
        told = Optional.empty();
        if (sandbox.stage() != Stage.HIBERNATING) {
            return Optional.empty();
        }
        if (finished.failure().isPresent()) {
            pause("hibernate", Records.reason(finished.failure().get()));
            return Optional.empty();
        }
        forgetLayers();
        enforced = 0;
        return Optional.of(new SandboxCommand.ConfirmHibernated(finished.figure()));
    }

    private Optional<SandboxCommand> adjusted(Sandbox sandbox, SandboxMessage.Finished finished) {
        if (finished.failure().isEmpty() || sandbox.stage() != Stage.RUNNING) {
            return Optional.empty();
        }
        told = Optional.empty();
        var failure = finished.failure().get();
        if (isMissing(failure)) {
            return Optional.of(new SandboxCommand.ReportMissing((int) finished.figure()));
        }
        pause("adjust", Records.reason(failure));
        return Optional.empty();
    }

    private static boolean isMissing(Throwable failure) {
        return failure instanceof SandboxMissing || failure.getCause() instanceof SandboxMissing;
    }

    private Optional<SandboxCommand> failedStart(String reason) {
        attemptsLeft--;
        if (attemptsLeft <= 0) {
            return Optional.of(new SandboxCommand.ReportLost(reason));
        }
        pause("start", reason);
        return Optional.empty();
    }

    private Optional<SandboxCommand> ended(Sandbox sandbox, SandboxMessage.Finished finished) {
        if (finished.failure().isPresent()) {
            pause("end", Records.reason(finished.failure().get()));
            return Optional.empty();
        }
        left = true;
        return sandbox.stage() == Stage.STOPPING ? Optional.of(new SandboxCommand.ConfirmStopped()) : Optional.empty();
    }

    private void pause(String step, String reason) {
        context.getLog().warn("Cannot {} {} yet: {}", step, id, reason);
        underWay = Optional.of(Effect.PAUSE);
        neighbours.resumeLater(id);
    }

    /** Has the host take the present policy; false when it has it already. */
    boolean enforce(Sandbox sandbox, ActorRef<Acknowledged> replyTo) {
        var policy = layers.policy(id, sandbox);
        if (policy.revision() <= enforced) {
            return false;
        }
        context.pipeToSelf(
                begun(() -> hosts.enforce(sandbox.host().orElseThrow(), policy)),
                (done, failure) ->
                        new SandboxMessage.Enforced(policy.revision(), Optional.ofNullable(failure), replyTo));
        return true;
    }

    void enforced(Sandbox sandbox, SandboxMessage.Enforced outcome) {
        if (outcome.failure().isEmpty()) {
            enforced = Math.max(enforced, outcome.revision());
        } else {
            if (sandbox.branch().revoked()) {
                neighbours.resumeLater(id);
            }
            context.getLog()
                    .warn(
                            "The host of {} has not taken a change yet: {}",
                            id,
                            Records.reason(outcome.failure().get()));
        }
    }
}
