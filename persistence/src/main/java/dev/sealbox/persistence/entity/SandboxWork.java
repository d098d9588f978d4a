package dev.sealbox.persistence.entity;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.placement.Place;
import dev.sealbox.domain.sandbox.HostFull;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.Terms;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.entity.SandboxMessage.Effect;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What a sandbox's entity does to the world outside: one thing at a time, each repeatable, whatever the sandbox's stage
 * asks for. Belongs to one actor and lives as long as it; all that must survive is in the events.
 */
final class SandboxWork {
    /** The figure of an end that was to come about whatever becomes of the container. */
    private static final long LOOSE_END = 1;

    private final SandboxId id;
    private final ActorContext<SandboxMessage> context;
    private final Neighbours neighbours;
    private final SandboxHosts hosts;

    private Sandbox known = Sandbox.ABSENT;
    private Layers layers = Layers.UNKNOWN;
    private Optional<Effect> underWay = Optional.empty();
    private final int attempts;
    private int attemptsLeft;
    private long enforced;
    private boolean left;

    /** What the host was last told, since this actor began; empty also when it is to be told again. */
    private Optional<Terms> told = Optional.empty();

    private boolean restartClock;

    /** Whether it was looked for an image since it was last asked to wake. */
    private boolean looked;

    private final Placing placing;
    private final SandboxStores stores;

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
        this.placing = new Placing(hosts, settings.queueFor());
        this.stores = new SandboxStores(id, neighbours, hosts);
    }

    /** Somebody waits for the start, and wants to hear of a failure rather than of a later success. */
    void startOnce() {
        attemptsLeft = 1;
        looked = false;
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

    /** What is to be done is that of this sandbox from now on. */
    void note(Sandbox sandbox) {
        known = sandbox;
    }

    /** Whether there is something to do that nobody may ask for when this actor is gone. */
    boolean isUnfinished() {
        return underWay.isPresent()
                || !known.settled()
                || (known.stage() == Stage.LOST && !left)
                || (known.stage() == Stage.RUNNING && known.branch().revoked() && !isCut());
    }

    private boolean isCut() {
        return layers.completeFor(known) && layers.policy(id, known).revision() <= enforced;
    }

    /** Does what the sandbox's stage asks for, unless something is under way. */
    void proceed(Sandbox sandbox) {
        note(sandbox);
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
        context.pipeToSelf(
                stores.views(sandbox),
                (views, failure) -> failure == null
                        ? new SandboxMessage.Layered(views)
                        : new SandboxMessage.Finished(Effect.LAYER, 0, Optional.of(failure)));
    }

    /** The host for one whose files lie on {@code files}. */
    HostId near(HostId files, SandboxCommand.CreateSandbox create) {
        return placing.near(files, create);
    }

    private void start(Sandbox sandbox) {
        if (sandbox.host().isEmpty()) {
            placed(placing.first(sandbox)).ifPresent(this::conclude);
            return;
        }
        if (sandbox.stage() == Stage.WAKING && mustMove(sandbox)) {
            move(sandbox);
            return;
        }
        policy(sandbox).ifPresent(policy -> {
            var plan = sandbox.blueprint();
            var anew = sandbox.upkeep().site().anew();
            var kept = sandbox.stage() == Stage.REBOOTING || (sandbox.stage() == Stage.WAKING && !anew);
            var start = new StartSandbox(
                    plan.template(),
                    plan.fileLayers(),
                    sandbox.terms(),
                    policy,
                    plan.origin(),
                    sandbox.branch().generation(),
                    kept,
                    sandbox.stage() == Stage.WAKING && sandbox.upkeep().site().processes());
            told = Optional.of(sandbox.terms());
            underWay = Optional.of(Effect.START);
            context.pipeToSelf(
                    begun(() -> ready(sandbox)
                            .thenCompose(done -> hosts.start(sandbox.host().orElseThrow(), start))),
                    (resumed, failure) -> new SandboxMessage.Finished(
                            Effect.START,
                            policy.revision(),
                            Optional.empty(),
                            Boolean.TRUE.equals(resumed),
                            Optional.ofNullable(failure)));
        });
    }

    private Optional<SandboxCommand> placed(Place place) {
        return switch (place) {
            case Place.On(var host) -> {
                placing.found();
                yield Optional.of(new SandboxCommand.PlaceSandbox(host));
            }
            case Place.Nowhere() -> failedStart(new SandboxRefusal.NoHost().message());
            case Place.Full() -> {
                var full = new SandboxRefusal.ClusterFull(false).message();
                if (placing.maySoonHaveRoom()) {
                    pause("find a place for", full);
                    yield Optional.empty();
                }
                yield failedStart(full);
            }
        };
    }

    /** Whether it cannot wake where it is. */
    private boolean mustMove(Sandbox sandbox) {
        return hosts.standing(sandbox.host().orElseThrow()) != SandboxHosts.Standing.HERE && !looked;
    }

    /** To where an image of its disk can be had, if there is one. */
    private void move(Sandbox sandbox) {
        looked = true;
        var image = sandbox.upkeep().site().image();
        if (image.isEmpty()) {
            if (hosts.standing(sandbox.host().orElseThrow()) == SandboxHosts.Standing.DRAINING) {
                imageAnyway(sandbox);
            } else {
                lookedFor(sandbox, false).ifPresentOrElse(this::conclude, () -> proceed(sandbox));
            }
            return;
        }
        underWay = Optional.of(Effect.LOOK);
        context.pipeToSelf(
                begun(() -> hosts.isShared(image.get().layers().getFirst())),
                (shared, failure) -> new SandboxMessage.Finished(
                        Effect.LOOK, Boolean.TRUE.equals(shared) ? 1 : 0, Optional.ofNullable(failure)));
    }

    /** None was made when it fell asleep, and the host that has its disk is still there. */
    private void imageAnyway(Sandbox sandbox) {
        underWay = Optional.of(Effect.IMAGE);
        var image = image(sandbox);
        context.pipeToSelf(
                begun(() -> hosts.image(sandbox.host().orElseThrow(), id, image)),
                (made, failure) -> new SandboxMessage.Finished(
                        Effect.IMAGE,
                        0,
                        Boolean.TRUE.equals(made) ? Optional.of(image.layer()) : Optional.empty(),
                        false,
                        Optional.ofNullable(failure)));
    }

    private Optional<SandboxCommand> imaged(Sandbox sandbox, SandboxMessage.Finished finished) {
        if (sandbox.stage() != Stage.WAKING) {
            return Optional.empty();
        }
        if (finished.failure().isPresent()) {
            return failedWake("its host is being drained, and its files cannot be had from there: "
                    + Records.reason(finished.failure().get()));
        }
        looked = false;
        return finished.image()
                .<SandboxCommand>map(SandboxCommand.NoteImage::new)
                .or(() ->
                        failedWake("its host is being drained, and its files lie there only, without room for a copy"));
    }

    private Optional<SandboxCommand> lookedFor(Sandbox sandbox, boolean found) {
        if (sandbox.stage() != Stage.WAKING) {
            return Optional.empty();
        }
        var here = sandbox.host().orElseThrow();
        var image = sandbox.upkeep().site().image();
        if (found && image.isPresent()) {
            return switch (placing.with(image.get().layers(), sandbox)) {
                case Place.On(var host) ->
                    host.equals(here)
                            ? failedWake(HostFull.MESSAGE)
                            : Optional.of(new SandboxCommand.MoveSandbox(host));
                case Place.Full() -> failedWake(new SandboxRefusal.ClusterFull(false).message());
                case Place.Nowhere() -> failedWake(new SandboxRefusal.NoHost().message());
            };
        }
        if (hosts.standing(here) == SandboxHosts.Standing.DRAINING) {
            return failedWake("its host is being drained, and its files lie there only");
        }
        return Optional.empty();
    }

    /** What must be so before the host starts the container. */
    private CompletionStage<?> ready(Sandbox sandbox) {
        return switch (sandbox.stage()) {
            // Its place was given to it when it was asked to wake; a hibernation of before may have taken it back
            // since.
            case WAKING -> neighbours.resumed(sandbox.organization(), id);
            case REBOOTING -> hosts.hibernate(sandbox.host().orElseThrow(), id, Optional.empty(), false);
            default -> CompletableFuture.completedFuture(Unit.DONE);
        };
    }

    private void hibernate(Sandbox sandbox) {
        underWay = Optional.of(Effect.HIBERNATE);
        context.pipeToSelf(
                begun(() -> hosts.hibernate(sandbox.host().orElseThrow(), id, Optional.of(image(sandbox)), true)
                        .thenCompose(kept ->
                                neighbours.suspend(sandbox.organization(), id).thenApply(suspended -> kept))),
                (kept, failure) -> new SandboxMessage.Finished(
                        Effect.HIBERNATE,
                        kept == null ? 0 : kept.bytes(),
                        kept == null ? Optional.empty() : kept.image(),
                        kept != null && kept.processes(),
                        Optional.ofNullable(failure)));
    }

    /** The same for each try, and another one for each run. */
    private SandboxHosts.Image image(Sandbox sandbox) {
        var run = "image of " + id + ", run " + sandbox.upkeep().boot() + ", generation "
                + sandbox.branch().generation();
        var layer = new CheckpointId(UUID.nameUUIDFromBytes(run.getBytes(StandardCharsets.UTF_8)));
        return new SandboxHosts.Image(layer, sandbox.organization());
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

    private void end(Sandbox sandbox) {
        var lost = sandbox.stage() == Stage.LOST;
        effect(Effect.END, lost ? LOOSE_END : 0, () -> stores.letGo(sandbox, lost));
    }

    private void effect(Effect effect, long revision, Supplier<? extends CompletionStage<?>> action) {
        underWay = Optional.of(effect);
        context.pipeToSelf(
                begun(() -> action.get().thenApply(done -> Unit.DONE)),
                (done, failure) -> new SandboxMessage.Finished(effect, revision, Optional.ofNullable(failure)));
    }

    private static <T> CompletionStage<T> begun(Supplier<? extends CompletionStage<T>> action) {
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
            case IMAGE -> imaged(sandbox, finished);
            case LOOK -> lookedFor(sandbox, finished.figure() == 1);
            case LAYER, CONCLUDE, PAUSE -> {
                finished.failure().ifPresent(failure -> pause("ask the stores of", Records.reason(failure)));
                yield Optional.empty();
            }
        };
    }

    private Optional<SandboxCommand> started(Sandbox sandbox, SandboxMessage.Finished finished) {
        if (finished.failure().isEmpty()) {
            enforced = finished.figure();
            return Optional.of(new SandboxCommand.ConfirmStarted(finished.processes()));
        }
        if (!sandbox.starting()) {
            return Optional.empty();
        }
        if (layers.policy(id, sandbox).revision() > finished.figure()) {
            // A store changed meanwhile, so the key of a value that the host was to open may be destroyed: try anew.
            return Optional.empty();
        }
        var failure = finished.failure().get();
        if (is(failure, HostFull.class)) {
            return full(sandbox);
        }
        var reason = Records.reason(failure);
        return switch (sandbox.stage()) {
            case WAKING, REBOOTING -> failedWake(reason);
            default -> failedStart(reason);
        };
    }

    /** Nothing was begun on its host. */
    private Optional<SandboxCommand> full(Sandbox sandbox) {
        return switch (sandbox.stage()) {
            case STARTING -> placed(placing.another(sandbox));
            case WAKING -> {
                if (!looked && sandbox.upkeep().site().image().isPresent()) {
                    move(sandbox);
                    yield Optional.empty();
                }
                yield failedWake(HostFull.MESSAGE);
            }
            case REBOOTING -> failedWake(HostFull.MESSAGE);
            // One that is put back has its disk there; of one whose host was lost nothing is there yet.
            case RESTORING ->
                sandbox.upkeep().site().anew() ? placed(placing.another(sandbox)) : failedStart(HostFull.MESSAGE);
            default -> failedStart(HostFull.MESSAGE);
        };
    }

    private Optional<SandboxCommand> failedWake(String reason) {
        told = Optional.empty();
        looked = false;
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
        return Optional.of(
                new SandboxCommand.ConfirmHibernated(finished.figure(), finished.image(), finished.processes()));
    }

    private Optional<SandboxCommand> adjusted(Sandbox sandbox, SandboxMessage.Finished finished) {
        if (finished.failure().isEmpty() || sandbox.stage() != Stage.RUNNING) {
            return Optional.empty();
        }
        told = Optional.empty();
        var failure = finished.failure().get();
        if (is(failure, SandboxMissing.class)) {
            return Optional.of(new SandboxCommand.ReportMissing((int) finished.figure()));
        }
        pause("adjust", Records.reason(failure));
        return Optional.empty();
    }

    private static boolean is(Throwable failure, Class<? extends Throwable> kind) {
        return kind.isInstance(failure) || kind.isInstance(failure.getCause());
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
        if (finished.figure() == LOOSE_END) {
            // Whoever has stopped it meanwhile wants to know that its container is gone.
            return Optional.empty();
        }
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
