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
import dev.sealbox.domain.Decision.Accepted;
import dev.sealbox.domain.Decision.Refused;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.Vault;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.entity.Acknowledged.Answer;
import dev.sealbox.persistence.entity.StoreMessage.Asker;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Hosts one {@link SecretStore}. After a change that matters to running sandboxes it tells them, then has the data keys
 * of replaced values destroyed, then replies. What a crash interrupts is taken up again at recovery.
 */
public final class SecretStoreEntity extends EventSourcedBehavior<StoreMessage, Recorded<StoreEvent>, SecretStore> {
    /** Part of the id of every event: never to be changed. */
    public static final String TYPE = "secret-store";

    private static final Set<String> TAGS = Set.of(TYPE);

    private final StoreId id;
    private final ActorContext<StoreMessage> context;
    private final Neighbours neighbours;
    private final Vault vault;
    private final EntitySettings settings;
    private final Clock clock;

    private final Pushes pushes = new Pushes(this::tell);
    private boolean resumesLater;

    /** The keys that are to be destroyed, as it was last written down. */
    private Set<KeyId> condemned = Set.of();

    private SecretStoreEntity(
            StoreId id,
            ActorContext<StoreMessage> context,
            Neighbours neighbours,
            Vault vault,
            EntitySettings settings,
            Clock clock) {
        super(PersistenceId.of(TYPE, id.toString()));
        this.id = id;
        this.context = context;
        this.neighbours = neighbours;
        this.vault = vault;
        this.settings = settings;
        this.clock = clock;
    }

    public static Behavior<StoreMessage> create(
            StoreId id, Neighbours neighbours, Vault vault, EntitySettings settings, Clock clock) {
        return Behaviors.setup(context -> new SecretStoreEntity(id, context, neighbours, vault, settings, clock));
    }

    @Override
    public SecretStore emptyState() {
        return SecretStore.ABSENT;
    }

    @Override
    public CommandHandler<StoreMessage, Recorded<StoreEvent>, SecretStore> commandHandler() {
        return this::onMessage;
    }

    private Effect<Recorded<StoreEvent>, SecretStore> onMessage(SecretStore store, StoreMessage message) {
        return switch (message) {
            case StoreMessage.Execute execute -> onExecute(store, execute);
            case StoreMessage.Read(var replyTo) ->
                Effect().reply(replyTo, new StoreReply.Done(store, Refreshed.NOBODY));
            case StoreMessage.Resume() -> {
                resumesLater = false;
                yield Effect().none().thenRun(after -> resume(after, pushes.behind()));
            }
            case StoreMessage.Answered(var sandbox, var revision, var answer) ->
                onOver(store, pushes.answered(sandbox, revision, answer, store.view(id)));
            case StoreMessage.PushDue(var round) -> onOver(store, pushes.due(round));
            case StoreMessage.Shredded shredded -> onShredded(store, shredded);
            case StoreMessage.Stop() -> Effect().stop();
        };
    }

    private Effect<Recorded<StoreEvent>, SecretStore> onExecute(SecretStore store, StoreMessage.Execute execute) {
        return switch (store.decide(execute.origin(), execute.command())) {
            case Accepted<StoreEvent, ?>(var events) ->
                Effect()
                        .persist(Records.of(events, execute.origin(), clock))
                        .thenRun(after -> follow(after, events, execute.replyTo()));
            case Refused<StoreEvent, ?>(var reason) ->
                Effect().reply(execute.replyTo(), new StoreReply.Refused(reason));
        };
    }

    private void follow(SecretStore store, List<StoreEvent> events, ActorRef<StoreReply> replyTo) {
        condemned = store.condemned();
        var asker = Optional.of(new Asker(replyTo, store));
        if (events.stream().anyMatch(event -> concernsSandboxes(store, event))) {
            push(store, store.bound(), asker);
        } else {
            shred(store, store.condemned(), Refreshed.NOBODY, asker);
        }
    }

    private static boolean concernsSandboxes(SecretStore store, StoreEvent event) {
        return switch (event) {
            case StoreEvent.AllowlistChanged e -> true;
            case StoreEvent.EgressTcpChanged e -> true;
            case StoreEvent.SecretSet e -> true;
            case StoreEvent.SecretRolledBack e -> true;
            case StoreEvent.SecretHostsChanged e -> true;
            case StoreEvent.SecretLocationsChanged e -> true;
            case StoreEvent.SecretRulesChanged e -> true;
            case StoreEvent.DenialsChanged e -> true;
            case StoreEvent.SecretDisabled e -> true;
            case StoreEvent.SecretEnabled e -> true;
            case StoreEvent.SecretDeleted e -> true;
            case StoreEvent.VersionDisabled(var secret, var version) -> store.isCurrent(secret, version);
            case StoreEvent.VersionEnabled(var secret, var version) -> store.isCurrent(secret, version);
            case StoreEvent.VersionDestroyed(var secret, var version) -> store.isCurrent(secret, version);
            case StoreEvent.VersionsRetired e -> false;
            case StoreEvent.VersionLimitChanged e -> false;
            case StoreEvent.StoreDeleted e -> true;
            case StoreEvent.StoreRevoked e -> true;
            case StoreEvent.StoreCreated e -> false;
            case StoreEvent.StoreRenamed e -> false;
            case StoreEvent.SandboxBound e -> false;
            case StoreEvent.SandboxUnbound e -> false;
            case StoreEvent.KeysShredded e -> false;
        };
    }

    /** Tells sandboxes what the store is now; when they have it, keys that nobody needs then are destroyed. */
    private void push(SecretStore store, Set<SandboxId> sandboxes, Optional<Asker> asker) {
        if (sandboxes.isEmpty()) {
            shred(store, store.condemned(), Refreshed.NOBODY, asker);
            return;
        }
        var round = pushes.begin(store.view(id), sandboxes, store.condemned(), asker);
        context.scheduleOnce(settings.pushTimeout(), context.getSelf(), new StoreMessage.PushDue(round));
    }

    private void tell(SandboxId sandbox, StoreView view) {
        context.pipeToSelf(
                neighbours.refresh(sandbox, view),
                (reply, failure) -> new StoreMessage.Answered(
                        sandbox, view.revision(), failure == null ? reply.answer() : Answer.LATER));
    }

    /** Goes on when changes have arrived everywhere, or not in time. */
    private Effect<Recorded<StoreEvent>, SecretStore> onOver(SecretStore store, List<Pushes.Round> over) {
        if (over.isEmpty()) {
            return Effect().none();
        }
        if (!pushes.behind().isEmpty()) {
            resumeLater();
        }
        var events = leavers(store, over)
                .distinct()
                .flatMap(sandbox -> accepted(store, new StoreCommand.UnbindSandbox(sandbox)).stream())
                .toList();
        return Effect()
                .persist(Records.of(events, Origin.system(store.organization()), clock))
                .thenRun(after ->
                        over.forEach(round -> shred(after, round.condemned(), round.refreshed(), round.asker())));
    }

    /** Those who are not bound, and, as a deleted store does not change any more, those who know of its end. */
    private Stream<SandboxId> leavers(SecretStore store, List<Pushes.Round> over) {
        return store.stage() == SecretStore.Stage.DELETED
                ? Stream.concat(pushes.strangers().stream(), over.stream().flatMap(round -> round.taken().stream()))
                : pushes.strangers().stream();
    }

    /** Has data keys of replaced and deleted values destroyed, and replies then. */
    private void shred(SecretStore store, Set<KeyId> keys, Refreshed refreshed, Optional<Asker> asker) {
        var condemned = keys.stream().filter(store.condemned()::contains).collect(Collectors.toUnmodifiableSet());
        if (condemned.isEmpty()) {
            asker.ifPresent(waiting -> waiting.tell(refreshed));
            return;
        }
        context.pipeToSelf(
                vault.destroy(condemned),
                (done, failure) -> new StoreMessage.Shredded(
                        condemned, Optional.ofNullable(failure).map(Records::reason), refreshed, asker));
    }

    private Effect<Recorded<StoreEvent>, SecretStore> onShredded(SecretStore store, StoreMessage.Shredded shredded) {
        shredded.failure().ifPresent(reason -> {
            context.getLog().warn("Data keys of store {} are not destroyed yet: {}", id, reason);
            resumeLater();
        });
        var events = shredded.failure().isEmpty()
                ? accepted(store, new StoreCommand.ConfirmShredded(shredded.keys()))
                : List.<StoreEvent>of();
        return Effect()
                .persist(Records.of(events, Origin.system(store.organization()), clock))
                .thenRun(after -> {
                    condemned = after.condemned();
                    shredded.asker().ifPresent(waiting -> waiting.tell(shredded.refreshed()));
                });
    }

    private static List<StoreEvent> accepted(SecretStore store, StoreCommand command) {
        return store.decide(Origin.system(store.organization()), command) instanceof Accepted<StoreEvent, ?>(var events)
                ? events
                : List.of();
    }

    /** One reminder at a time, however many changes meanwhile fail. */
    private void resumeLater() {
        if (!resumesLater) {
            resumesLater = true;
            neighbours.resumeLater(id);
        }
    }

    private void resume(SecretStore store, Set<SandboxId> sandboxes) {
        var bound = sandboxes.stream().filter(store.bound()::contains).collect(Collectors.toUnmodifiableSet());
        push(store, bound, Optional.empty());
    }

    @Override
    public SignalHandler<SecretStore> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), store -> {
                    condemned = store.condemned();
                    resume(store, store.bound());
                })
                // As with a sandbox: nobody may ask for it when this actor is gone.
                .onSignal(RecoveryFailed.class, (store, failed) -> resumeLater())
                .onSignal(PostStop.instance(), store -> {
                    if (pushes.underWay() || !condemned.isEmpty()) {
                        resumeLater();
                    }
                })
                .build();
    }

    @Override
    public EventHandler<SecretStore, Recorded<StoreEvent>> eventHandler() {
        return SecretStore::apply;
    }

    /** Read models follow an entity's kind by this tag. */
    @Override
    public Set<String> tagsFor(Recorded<StoreEvent> event) {
        return TAGS;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return Records.retention(settings);
    }
}
