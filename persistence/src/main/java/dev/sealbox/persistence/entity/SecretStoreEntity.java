package dev.sealbox.persistence.entity;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
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
import dev.sealbox.domain.sealing.Vault;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.persistence.entity.Acknowledged.Answer;
import dev.sealbox.persistence.entity.StoreMessage.Asker;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hosts one {@link SecretStore}. After a change that matters to running sandboxes it tells them, then has the data keys
 * of replaced values destroyed, then replies. What a crash interrupts is taken up again at recovery.
 */
public final class SecretStoreEntity extends EventSourcedBehavior<StoreMessage, Recorded<StoreEvent>, SecretStore> {
    /** Part of the id of every event: never to be changed. */
    public static final String TYPE = "secret-store";

    private static final Set<String> TAGS = Set.of(TYPE);

    private static final Refreshed NOBODY = new Refreshed(0, 0);

    private final StoreId id;
    private final ActorContext<StoreMessage> context;
    private final Neighbours neighbours;
    private final Vault vault;
    private final EntitySettings settings;
    private final Clock clock;

    private boolean resumesLater;

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
            case StoreMessage.Read(var replyTo) -> Effect().reply(replyTo, new StoreReply.Done(store, NOBODY));
            case StoreMessage.Resume() -> {
                resumesLater = false;
                yield Effect().none().thenRun(this::resume);
            }
            case StoreMessage.Pushed pushed -> onPushed(store, pushed);
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
        var asker = Optional.of(new Asker(replyTo, store));
        if (events.stream().anyMatch(event -> concernsSandboxes(store, event))) {
            push(store, asker);
        } else {
            shred(store, NOBODY, asker);
        }
    }

    /** A deleted store is no change to those who run with it (SEMANTICS 8.6). */
    private static boolean concernsSandboxes(SecretStore store, StoreEvent event) {
        return switch (event) {
            case StoreEvent.AllowlistChanged e -> true;
            case StoreEvent.SecretSet e -> true;
            case StoreEvent.SecretRolledBack e -> true;
            case StoreEvent.SecretHostsChanged e -> true;
            case StoreEvent.SecretDisabled e -> true;
            case StoreEvent.SecretEnabled e -> true;
            case StoreEvent.SecretDeleted e -> true;
            case StoreEvent.VersionDisabled(var secret, var version) -> store.isCurrent(secret, version);
            case StoreEvent.VersionEnabled(var secret, var version) -> store.isCurrent(secret, version);
            case StoreEvent.VersionDestroyed(var secret, var version) -> store.isCurrent(secret, version);
            case StoreEvent.VersionsRetired e -> false;
            case StoreEvent.VersionLimitChanged e -> false;
            case StoreEvent.StoreCreated e -> false;
            case StoreEvent.StoreRenamed e -> false;
            case StoreEvent.StoreDeleted e -> false;
            case StoreEvent.SandboxBound e -> false;
            case StoreEvent.SandboxUnbound e -> false;
            case StoreEvent.KeysShredded e -> false;
        };
    }

    private void push(SecretStore store, Optional<Asker> asker) {
        var view = store.view(id);
        var answers = new ConcurrentHashMap<SandboxId, Answer>();
        var all = store.bound().stream()
                .map(sandbox -> neighbours
                        .refresh(sandbox, view)
                        .handle((reply, failure) ->
                                answers.put(sandbox, failure == null ? reply.answer() : Answer.LATER))
                        .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new);
        context.pipeToSelf(
                CompletableFuture.allOf(all), (done, failure) -> new StoreMessage.Pushed(Map.copyOf(answers), asker));
    }

    private Effect<Recorded<StoreEvent>, SecretStore> onPushed(SecretStore store, StoreMessage.Pushed pushed) {
        var strangers = pushed.answers().entrySet().stream()
                .filter(answer -> answer.getValue() == Answer.NOT_MINE)
                .map(answer -> new StoreCommand.UnbindSandbox(answer.getKey()))
                .flatMap(unbind -> accepted(store, unbind).stream())
                .toList();
        var refreshed = new Refreshed(count(pushed, Answer.TAKEN), count(pushed, Answer.LATER));
        if (refreshed.lagging() > 0) {
            resumeLater();
        }
        return Effect()
                .persist(Records.of(strangers, Origin.system(store.organization()), clock))
                .thenRun(after -> shred(after, refreshed, pushed.asker()));
    }

    private static int count(StoreMessage.Pushed pushed, Answer wanted) {
        return (int) pushed.answers().values().stream()
                .filter(answer -> answer == wanted)
                .count();
    }

    /** Has the data keys of replaced and deleted values destroyed, and replies then. */
    private void shred(SecretStore store, Refreshed refreshed, Optional<Asker> asker) {
        var keys = store.condemned();
        if (keys.isEmpty()) {
            asker.ifPresent(waiting -> waiting.tell(refreshed));
            return;
        }
        context.pipeToSelf(
                vault.destroy(keys),
                (done, failure) -> new StoreMessage.Shredded(
                        keys, Optional.ofNullable(failure).map(Records::reason), refreshed, asker));
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
                .thenRun(after -> shredded.asker().ifPresent(waiting -> waiting.tell(shredded.refreshed())));
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

    private void resume(SecretStore store) {
        if (!store.bound().isEmpty()) {
            push(store, Optional.empty());
        } else if (!store.condemned().isEmpty()) {
            shred(store, NOBODY, Optional.empty());
        }
    }

    @Override
    public SignalHandler<SecretStore> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.instance(), this::resume)
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
