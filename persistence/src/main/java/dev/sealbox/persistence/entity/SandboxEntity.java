package dev.sealbox.persistence.entity;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.RecoveryFailed;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import akka.persistence.typed.javadsl.SignalHandler;
import dev.sealbox.domain.Decision;
import dev.sealbox.domain.Decision.Accepted;
import dev.sealbox.domain.Decision.Refused;
import dev.sealbox.domain.SteadyTime;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.Sandbox.Stage;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.domain.sandbox.StoreLayer;
import dev.sealbox.persistence.entity.Acknowledged.Answer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * Hosts one {@link Sandbox}. It decides and persists; {@link SandboxWork} then does what was decided to the world
 * outside, as often as it takes, and its outcome comes back as a command. After recovery the work of a stage that is
 * not final is taken up again, so a crash between the event and its effect loses nothing.
 */
public final class SandboxEntity extends EventSourcedBehavior<SandboxMessage, Recorded<SandboxEvent>, Sandbox> {
    /** Part of the id of every event: never to be changed. */
    public static final String TYPE = "sandbox";

    private static final Set<String> TAGS = Set.of(TYPE);

    private final SandboxId id;
    private final ActorContext<SandboxMessage> context;
    private final Neighbours neighbours;
    private final SandboxWork work;
    private final WakePatches patches;
    private final EntitySettings settings;
    private final RandomGenerator random;
    private final Clock clock;

    private SandboxEntity(
            SandboxId id,
            ActorContext<SandboxMessage> context,
            Neighbours neighbours,
            SandboxWork work,
            WakePatches patches,
            EntitySettings settings,
            RandomGenerator random,
            Clock clock) {
        super(PersistenceId.of(TYPE, id.value()));
        this.id = id;
        this.context = context;
        this.neighbours = neighbours;
        this.work = work;
        this.patches = patches;
        this.settings = settings;
        this.random = random;
        this.clock = clock;
    }

    /** {@code random} draws tokens, so it must be cryptographically strong. */
    public static Behavior<SandboxMessage> create(
            SandboxId id,
            Neighbours neighbours,
            SandboxHosts hosts,
            EntitySettings settings,
            RandomGenerator random,
            Clock clock) {
        return Behaviors.setup(context -> new SandboxEntity(
                id,
                context,
                neighbours,
                new SandboxWork(id, context, neighbours, hosts, settings),
                new WakePatches(id, context, neighbours, hosts, new SteadyTime()),
                settings,
                random,
                clock));
    }

    @Override
    public Sandbox emptyState() {
        return Sandbox.ABSENT;
    }

    @Override
    public CommandHandler<SandboxMessage, Recorded<SandboxEvent>, Sandbox> commandHandler() {
        return this::onMessage;
    }

    private Effect<Recorded<SandboxEvent>, Sandbox> onMessage(Sandbox sandbox, SandboxMessage message) {
        return switch (message) {
            case SandboxMessage.Create create -> onCreate(sandbox, create);
            case SandboxMessage.Execute execute -> onExecute(sandbox, execute);
            case SandboxMessage.ExecuteAsSystem(var command, var from, var replyTo) ->
                from.isPresent() && !from.equals(sandbox.host())
                        ? Effect().reply(replyTo, new SandboxReply.Refused(new SandboxRefusal.NoSuchSandbox()))
                        : onExecute(
                                sandbox,
                                new SandboxMessage.Execute(Origin.system(sandbox.organization()), command, replyTo));
            case SandboxMessage.Read(var organization, var replyTo) ->
                Effect().reply(replyTo, told(sandbox, organization));
            case SandboxMessage.ReadAsSystem(var replyTo) ->
                Effect().reply(replyTo, told(sandbox, sandbox.organization()));
            case SandboxMessage.Await(var organization, var replyTo) ->
                sandbox.settled() && !patches.underWay()
                        ? Effect().reply(replyTo, told(sandbox, organization))
                        : Effect().stash();
            case SandboxMessage.ReadPolicy(var replyTo) ->
                onLayers(sandbox, replyTo, policy -> new SandboxReply.Policed(sandbox, policy));
            case SandboxMessage.ReadTokens(var replyTo) ->
                onLayers(
                        sandbox,
                        replyTo,
                        policy -> new SandboxReply.Shown(sandbox.tokens().shown(work.names())));
            case SandboxMessage.Refresh refresh -> onRefresh(sandbox, refresh);
            case SandboxMessage.Revoke revoke -> onRevoke(sandbox, revoke);
            case SandboxMessage.Enforced enforced -> onEnforced(sandbox, enforced);
            case SandboxMessage.Layered(var views) -> {
                work.layered(views);
                yield onLayered(sandbox);
            }
            case SandboxMessage.Finished finished -> goOn(sandbox, work.finished(sandbox, finished));
            case SandboxMessage.Conclude(var outcome) -> {
                work.resume();
                yield goOn(sandbox, Optional.of(outcome));
            }
            case SandboxMessage.Resume() -> {
                work.resume();
                yield goOn(sandbox, Optional.empty());
            }
            case SandboxMessage.Patched(var failure) -> {
                failure.ifPresent(
                        reason -> context.getLog().warn("Cannot see to the patches of a sandbox: {}", reason));
                patches.ended();
                yield Effect().none().thenUnstashAll();
            }
            case SandboxMessage.Stop() -> Effect().stop();
        };
    }

    private static SandboxReply told(Sandbox sandbox, OrganizationId asking) {
        return sandbox.isVisibleTo(asking)
                ? new SandboxReply.Done(sandbox)
                : new SandboxReply.Refused(new SandboxRefusal.NoSuchSandbox());
    }

    private Effect<Recorded<SandboxEvent>, Sandbox> onCreate(Sandbox sandbox, SandboxMessage.Create create) {
        return switch (sandbox.decide(create.origin(), create.command())) {
            case Accepted<SandboxEvent, ?>(var events) -> {
                var all = new ArrayList<>(events);
                create.host()
                        .ifPresent(
                                files -> all.add(new SandboxEvent.SandboxPlaced(work.near(files, create.command()))));
                yield Effect().persist(Records.of(all, create.origin(), clock)).thenRun(after -> {
                    work.startOnce();
                    context.getSelf().tell(new SandboxMessage.Await(after.organization(), create.replyTo()));
                    work.proceed(after);
                });
            }
            case Refused<SandboxEvent, ?>(var reason) ->
                Effect().reply(create.replyTo(), new SandboxReply.Refused(reason));
        };
    }

    private Effect<Recorded<SandboxEvent>, Sandbox> onExecute(Sandbox sandbox, SandboxMessage.Execute execute) {
        if (changesRun(execute.command()) && !sandbox.settled()) {
            return Effect().stash();
        }
        return switch (sandbox.decide(execute.origin(), execute.command())) {
            case Accepted<SandboxEvent, ?>(var events) ->
                Effect()
                        .persist(Records.of(events, execute.origin(), clock))
                        .thenRun(after -> {
                            answer(after, execute);
                            prepare(execute.command());
                            work.resume();
                            work.proceed(after);
                        })
                        .thenUnstashAll();
            case Refused<SandboxEvent, ?>(var reason) ->
                Effect().reply(execute.replyTo(), new SandboxReply.Refused(reason));
        };
    }

    /** Whether somebody waits until this is done, for which what is under way must be over. */
    private static boolean changesRun(SandboxCommand command) {
        return command instanceof SandboxCommand.HibernateSandbox
                || command instanceof SandboxCommand.WakeSandbox
                || command instanceof SandboxCommand.RebootSandbox;
    }

    private void prepare(SandboxCommand command) {
        if (command instanceof SandboxCommand.RestoreCheckpoint || command instanceof SandboxCommand.ReportHostGone) {
            work.startAnew();
        } else if (command instanceof SandboxCommand.ChangeTimeout) {
            work.restartClock();
        } else if (changesRun(command)) {
            work.startOnce();
        }
    }

    private void answer(Sandbox sandbox, SandboxMessage.Execute execute) {
        if (execute.command() instanceof SandboxCommand.StopSandbox || changesRun(execute.command())) {
            context.getSelf().tell(new SandboxMessage.Await(sandbox.organization(), execute.replyTo()));
        } else {
            execute.replyTo().tell(new SandboxReply.Done(sandbox));
        }
    }

    /** Answers from what the stores say now; they are asked first if they were not since this actor began. */
    private Effect<Recorded<SandboxEvent>, Sandbox> onLayers(
            Sandbox sandbox, ActorRef<SandboxReply> replyTo, Function<EgressPolicy, SandboxReply> answer) {
        if (sandbox.stage() == Stage.ABSENT) {
            return Effect().reply(replyTo, new SandboxReply.Refused(new SandboxRefusal.NoSuchSandbox()));
        }
        var sleeps = sandbox.stage() == Stage.HIBERNATED;
        if (!sandbox.mayRun()) {
            return Effect().reply(replyTo, new SandboxReply.Refused(new SandboxRefusal.Stopped()));
        }
        return work.policy(sandbox)
                .<Effect<Recorded<SandboxEvent>, Sandbox>>map(policy -> {
                    var said = answer.apply(policy);
                    if (sleeps) {
                        work.forgetLayers();
                    }
                    return Effect().reply(replyTo, said);
                })
                .orElseGet(() -> Effect().stash());
    }

    private Effect<Recorded<SandboxEvent>, Sandbox> onLayered(Sandbox sandbox) {
        var sealed = sealed(sandbox);
        return Effect()
                .persist(sealed)
                .thenRun(after -> {
                    work.proceed(after);
                    if (!sealed.isEmpty() && after.stage() == Stage.RUNNING) {
                        work.enforce(after, context.getSystem().ignoreRef());
                    }
                })
                .thenUnstashAll();
    }

    /** Draws tokens for names that the stores did not have before. */
    private List<Recorded<SandboxEvent>> sealed(Sandbox sandbox) {
        var overridden = sandbox.blueprint().envs().keySet();
        var drawn = sandbox.tokens().drawMissing(work.names(), overridden, random);
        if (drawn.isEmpty()) {
            return List.of();
        }
        var origin = Origin.system(sandbox.organization());
        return Records.of(accepted(sandbox.decide(origin, new SandboxCommand.SealNames(drawn))), origin, clock);
    }

    /** Takes a store's change over at once, and acknowledges it when the host has it. */
    private Effect<Recorded<SandboxEvent>, Sandbox> onRefresh(Sandbox sandbox, SandboxMessage.Refresh refresh) {
        var mine = sandbox.stack().stores().stream()
                .map(StoreLayer::store)
                .anyMatch(refresh.view().id()::equals);
        if (!mine || !sandbox.alive()) {
            return Effect().reply(refresh.replyTo(), new Acknowledged(Answer.NOT_MINE));
        }
        work.noticed(refresh.view());
        if (sandbox.starting() || work.policy(sandbox).isEmpty()) {
            return Effect().stash();
        }
        return Effect().persist(sealed(sandbox)).thenRun(after -> {
            if (!work.enforce(after, refresh.replyTo())) {
                refresh.replyTo().tell(new Acknowledged(Answer.TAKEN));
            }
        });
    }

    /** Acknowledged when the host has cut what carried secrets. */
    private Effect<Recorded<SandboxEvent>, Sandbox> onRevoke(Sandbox sandbox, SandboxMessage.Revoke revoke) {
        var sleeps = sandbox.stage() == Stage.HIBERNATED;
        if (!sandbox.isVisibleTo(revoke.origin().organization()) || !sandbox.mayRun()) {
            return Effect().reply(revoke.replyTo(), new Acknowledged(Answer.NOT_MINE));
        }
        if (!sandbox.settled() || (!sleeps && work.policy(sandbox).isEmpty())) {
            return Effect().stash();
        }
        var events = accepted(sandbox.decide(revoke.origin(), new SandboxCommand.RevokeSecrets()));
        return Effect().persist(Records.of(events, revoke.origin(), clock)).thenRun(after -> {
            // One that sleeps has no container; it wakes with what it may have then.
            if (sleeps || !work.enforce(after, revoke.replyTo())) {
                revoke.replyTo().tell(new Acknowledged(Answer.TAKEN));
            }
        });
    }

    private Effect<Recorded<SandboxEvent>, Sandbox> onEnforced(Sandbox sandbox, SandboxMessage.Enforced enforced) {
        work.enforced(sandbox, enforced);
        var answer = enforced.failure().isEmpty() ? Answer.TAKEN : sandbox.alive() ? Answer.LATER : Answer.NOT_MINE;
        return Effect().reply(enforced.replyTo(), new Acknowledged(answer));
    }

    /** Notes down what the work has come to, if anything, and does what then is to do. */
    private Effect<Recorded<SandboxEvent>, Sandbox> goOn(Sandbox sandbox, Optional<SandboxCommand> outcome) {
        var origin = Origin.system(sandbox.organization());
        var events = outcome.map(command -> accepted(sandbox.decide(origin, command)))
                .orElse(List.of());
        return Effect()
                .persist(Records.of(events, origin, clock))
                .thenRun(after -> {
                    if (events.contains(new SandboxEvent.SandboxWoken())) {
                        patches.run(after, work.names());
                    }
                    work.proceed(after);
                })
                .thenUnstashAll();
    }

    private static List<SandboxEvent> accepted(Decision<SandboxEvent, SandboxRefusal> decision) {
        return decision instanceof Accepted<SandboxEvent, ?>(var events) ? events : List.of();
    }

    @Override
    public SignalHandler<Sandbox> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), sandbox -> {
                    work.note(sandbox);
                    if (sandbox.stage() != Stage.ABSENT) {
                        context.getSelf().tell(new SandboxMessage.Resume());
                    }
                })
                // What it is may be known only when the journal answers again.
                .onSignal(RecoveryFailed.class, (sandbox, failed) -> neighbours.resumeLater(id))
                // It leaves memory, is handed over to another node, or its journal has failed.
                .onSignal(PostStop.instance(), sandbox -> {
                    if (work.isUnfinished()) {
                        neighbours.resumeLater(id);
                    }
                })
                .build();
    }

    @Override
    public EventHandler<Sandbox, Recorded<SandboxEvent>> eventHandler() {
        return Sandbox::apply;
    }

    /** Read models follow an entity's kind by this tag. */
    @Override
    public Set<String> tagsFor(Recorded<SandboxEvent> event) {
        return TAGS;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return Records.retention(settings);
    }
}
