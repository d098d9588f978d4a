package dev.sealbox.persistence.entity;

import akka.actor.typed.Behavior;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.Effect;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import dev.sealbox.domain.Decision.Accepted;
import dev.sealbox.domain.Decision.Refused;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.organization.OrganizationEvent;
import java.time.Clock;
import java.util.Set;

/** Hosts one {@link Organization}: where names, keys and places for sandboxes are given out one at a time. */
public final class OrganizationEntity
        extends EventSourcedBehavior<OrganizationMessage, Recorded<OrganizationEvent>, Organization> {
    /** Part of the id of every event: never to be changed. */
    public static final String TYPE = "organization";

    private static final Set<String> TAGS = Set.of(TYPE);

    private final EntitySettings settings;
    private final Clock clock;

    private OrganizationEntity(OrganizationId id, EntitySettings settings, Clock clock) {
        super(PersistenceId.of(TYPE, id.value()));
        this.settings = settings;
        this.clock = clock;
    }

    public static Behavior<OrganizationMessage> create(OrganizationId id, EntitySettings settings, Clock clock) {
        return new OrganizationEntity(id, settings, clock);
    }

    @Override
    public Organization emptyState() {
        return Organization.EMPTY;
    }

    @Override
    public CommandHandler<OrganizationMessage, Recorded<OrganizationEvent>, Organization> commandHandler() {
        return this::onMessage;
    }

    private Effect<Recorded<OrganizationEvent>, Organization> onMessage(
            Organization organization, OrganizationMessage message) {
        return switch (message) {
            case OrganizationMessage.Execute execute -> onExecute(organization, execute);
            case OrganizationMessage.Read(var replyTo) ->
                Effect().reply(replyTo, new OrganizationReply.Done(organization));
            case OrganizationMessage.FindKey(var hash, var replyTo) ->
                Effect().reply(replyTo, new OrganizationMessage.KeyFound(organization.standing(hash, clock.instant())));
            case OrganizationMessage.ListNames(var after, var limit, var replyTo) ->
                Effect().reply(replyTo, new OrganizationMessage.Names(organization.namesAfter(after, limit)));
            case OrganizationMessage.Stop() -> Effect().stop();
        };
    }

    private Effect<Recorded<OrganizationEvent>, Organization> onExecute(
            Organization organization, OrganizationMessage.Execute execute) {
        return switch (organization.decide(execute.command(), clock.instant())) {
            case Accepted<OrganizationEvent, ?>(var events) ->
                Effect()
                        .persist(Records.of(events, execute.origin(), clock))
                        .thenReply(execute.replyTo(), OrganizationReply.Done::new);
            case Refused<OrganizationEvent, ?>(var reason) ->
                Effect().reply(execute.replyTo(), new OrganizationReply.Refused(reason));
        };
    }

    @Override
    public EventHandler<Organization, Recorded<OrganizationEvent>> eventHandler() {
        return Organization::apply;
    }

    /** Read models follow an entity's kind by this tag. */
    @Override
    public Set<String> tagsFor(Recorded<OrganizationEvent> event) {
        return TAGS;
    }

    @Override
    public RetentionCriteria retentionCriteria() {
        return Records.retention(settings);
    }
}
