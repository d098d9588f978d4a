package dev.sealbox.persistence.entity;

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
import dev.sealbox.domain.Decision.Accepted;
import dev.sealbox.domain.Decision.Refused;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.Checkpoint.Facts;
import dev.sealbox.domain.checkpoint.Checkpoint.Stage;
import dev.sealbox.domain.checkpoint.CheckpointCommand;
import dev.sealbox.domain.checkpoint.CheckpointCommand.ConfirmDiscarded;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.SandboxHosts;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Hosts one {@link Checkpoint}: has the files copied when it is requested and let go when it is deleted. Both are taken
 * up again at recovery until the host has done them.
 */
public final class CheckpointEntity
        extends EventSourcedBehavior<CheckpointMessage, Recorded<CheckpointEvent>, Checkpoint> {
    /** Part of the id of every event: never to be changed. */
    public static final String TYPE = "checkpoint";

    private static final Set<String> TAGS = Set.of(TYPE);

    private static final OrganizationId NOBODY = new OrganizationId("none");

    private final CheckpointId id;
    private final ActorContext<CheckpointMessage> context;
    private final Neighbours neighbours;
    private final SandboxHosts hosts;
    private final EntitySettings settings;
    private final Clock clock;

    /** As it was last written down. */
    private Checkpoint known = Checkpoint.ABSENT;

    /** Whether the host is copying. */
    private boolean taking;

    private CheckpointEntity(
            CheckpointId id,
            ActorContext<CheckpointMessage> context,
            Neighbours neighbours,
            SandboxHosts hosts,
            EntitySettings settings,
            Clock clock) {
        super(PersistenceId.of(TYPE, id.toString()));
        this.id = id;
        this.context = context;
        this.neighbours = neighbours;
        this.hosts = hosts;
        this.settings = settings;
        this.clock = clock;
    }

    public static Behavior<CheckpointMessage> create(
            CheckpointId id, Neighbours neighbours, SandboxHosts hosts, EntitySettings settings, Clock clock) {
        return Behaviors.setup(context -> new CheckpointEntity(id, context, neighbours, hosts, settings, clock));
    }

    @Override
    public Checkpoint emptyState() {
        return Checkpoint.ABSENT;
    }

    @Override
    public CommandHandler<CheckpointMessage, Recorded<CheckpointEvent>, Checkpoint> commandHandler() {
        return this::onMessage;
    }

    private Effect<Recorded<CheckpointEvent>, Checkpoint> onMessage(Checkpoint checkpoint, CheckpointMessage message) {
        return switch (message) {
            case CheckpointMessage.Execute execute -> onExecute(checkpoint, execute);
            case CheckpointMessage.Read(var replyTo) -> Effect().reply(replyTo, new CheckpointReply.Done(checkpoint));
            case CheckpointMessage.Await(var replyTo) ->
                checkpoint.stage() == Stage.PROCESSING
                        ? Effect().stash()
                        : Effect().reply(replyTo, new CheckpointReply.Done(checkpoint));
            case CheckpointMessage.Resume() -> Effect().none().thenRun(this::proceed);
            case CheckpointMessage.Finished(var outcome) -> onFinished(checkpoint, outcome);
            case CheckpointMessage.Stop() -> Effect().stop();
        };
    }

    private Effect<Recorded<CheckpointEvent>, Checkpoint> onExecute(
            Checkpoint checkpoint, CheckpointMessage.Execute execute) {
        return switch (checkpoint.decide(execute.origin(), execute.command())) {
            case Accepted<CheckpointEvent, ?>(var events) ->
                Effect()
                        .persist(Records.of(events, execute.origin(), clock))
                        .thenRun(after -> {
                            known = after;
                            execute.replyTo().tell(new CheckpointReply.Done(after));
                            if (after.stage() != checkpoint.stage()) {
                                proceed(after);
                            }
                        })
                        .thenUnstashAll();
            case Refused<CheckpointEvent, ?>(var reason) ->
                Effect().reply(execute.replyTo(), new CheckpointReply.Refused(reason));
        };
    }

    private void proceed(Checkpoint checkpoint) {
        if (taking) {
            // A host that is still copying has nothing to discard yet.
            return;
        }
        checkpoint.facts().ifPresent(facts -> {
            switch (checkpoint.stage()) {
                case PROCESSING -> take(facts);
                case DELETED -> discard(facts);
                case ABSENT, READY, FAILED, DISCARDED -> {}
            }
        });
    }

    private void take(Facts facts) {
        taking = true;
        pipe(hosts.checkpoint(
                        facts.contents().host(), facts.source().orElseThrow(), id, facts.kind() == CheckpointKind.FULL)
                .<CheckpointCommand>thenApply(
                        taken -> new CheckpointCommand.ConfirmReady(taken.sizeBytes(), taken.memory()))
                .exceptionally(failure -> new CheckpointCommand.ReportFailed(Records.reason(failure)))
                .thenApply(Optional::of));
    }

    private void discard(Facts facts) {
        pipe(hosts.discard(facts.contents().host(), id)
                .<Optional<CheckpointCommand>>thenApply(done -> Optional.of(new ConfirmDiscarded())));
    }

    private void pipe(CompletionStage<Optional<CheckpointCommand>> task) {
        context.pipeToSelf(task, (outcome, failure) -> {
            if (failure != null) {
                context.getLog().warn("Files of checkpoint {} are not gone yet: {}", id, Records.reason(failure));
                neighbours.resumeLater(id);
                return new CheckpointMessage.Finished(Optional.empty());
            }
            return new CheckpointMessage.Finished(outcome);
        });
    }

    private Effect<Recorded<CheckpointEvent>, Checkpoint> onFinished(
            Checkpoint checkpoint, Optional<CheckpointCommand> outcome) {
        var origin = Origin.system(checkpoint.facts().map(Facts::organization).orElse(NOBODY));
        var events = outcome.map(command -> checkpoint.decide(origin, command))
                .map(decision -> decision instanceof Accepted<CheckpointEvent, ?>(var accepted)
                        ? accepted
                        : List.<CheckpointEvent>of())
                .orElse(List.of());
        var stopsTaking = taking
                && outcome.filter(command -> !(command instanceof ConfirmDiscarded))
                        .isPresent();
        taking = taking && !stopsTaking;
        return Effect()
                .persist(Records.of(events, origin, clock))
                .thenRun(after -> {
                    known = after;
                    if (stopsTaking && after.stage() == Stage.DELETED) {
                        proceed(after);
                    }
                })
                .thenUnstashAll();
    }

    @Override
    public SignalHandler<Checkpoint> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), checkpoint -> {
                    known = checkpoint;
                    proceed(checkpoint);
                })
                // As with a sandbox: nobody may ask for it when this actor is gone.
                .onSignal(RecoveryFailed.class, (checkpoint, failed) -> neighbours.resumeLater(id))
                .onSignal(PostStop.instance(), checkpoint -> {
                    if (known.stage() == Stage.PROCESSING || known.stage() == Stage.DELETED) {
                        neighbours.resumeLater(id);
                    }
                })
                .build();
    }

    @Override
    public EventHandler<Checkpoint, Recorded<CheckpointEvent>> eventHandler() {
        return Checkpoint::apply;
    }

    /** Read models follow an entity's kind by this tag. */
    @Override
    public Set<String> tagsFor(Recorded<CheckpointEvent> event) {
        return TAGS;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return Records.retention(settings);
    }
}
