package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.StoreMessage;
import dev.sealbox.persistence.keys.DataKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes what a crash may have interrupted: entities take their unfinished work up again as soon as they are asked
 * anything. Places of sandboxes that were never created are given back.
 */
public final class Recovery {
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    private static final int AT_A_TIME = 32;

    /** After so long what {@link #run} has found empty is empty for good. */
    public static final Duration PLACES_AFTER = Places.SURELY_CREATED.plusSeconds(1);

    private final Entities entities;
    private final Organizations organizations;
    private final DataKeys dataKeys;
    private final UnfinishedCheckpoints unfinished;
    private final Names names;
    private final RunningSandboxes sandboxes;
    private final Places places;
    private final ServiceSettings settings;

    public Recovery(
            Entities entities,
            Organizations organizations,
            DataKeys dataKeys,
            UnfinishedCheckpoints unfinished,
            ServiceSettings settings,
            InstantSource time) {
        this.entities = entities;
        this.organizations = organizations;
        this.dataKeys = dataKeys;
        this.unfinished = unfinished;
        this.names = new Names(entities, settings);
        this.sandboxes = new RunningSandboxes(entities, settings);
        this.places = new Places(entities, settings, time);
        this.settings = settings;
    }

    /** Complete when everything was asked once; what cannot be asked now is logged and left to its next asker. */
    public CompletionStage<Void> run() {
        return organizations
                .list()
                .thenCompose(all -> inTurn(all, found -> organization(found.id())))
                .thenCompose(done -> dataKeys.stores())
                .thenCompose(all -> inTurn(List.copyOf(all), this::shred))
                .thenCompose(done -> unfinished.all())
                .thenCompose(all -> inTurn(all, this::checkpoint))
                .thenAccept(done -> log.info("Asked everything that a crash may have interrupted"));
    }

    /** Gives back the places that {@link #run} found empty, if they still are; to be called when it surely is over. */
    public CompletionStage<Void> takeEmptyPlacesBack() {
        return tolerant("the places of sandboxes that were never created", places.takeBackEmpty());
    }

    private CompletionStage<Void> organization(OrganizationId id) {
        return names.organization(id)
                .thenCompose(known -> inTurn(List.copyOf(known.names().values()), store -> wake(id, store))
                        .thenCompose(done ->
                                inTurn(List.copyOf(known.sandboxes().entrySet()), admitted -> sandbox(id, admitted))));
    }

    private CompletionStage<Void> wake(OrganizationId organization, StoreId store) {
        return tolerant(
                "store " + store + " of " + organization,
                entities.store(store, settings.askTimeout(), StoreMessage.Read::new));
    }

    /** A deleted store has no name any more that would lead to it; its data keys do. */
    private CompletionStage<Void> shred(StoreId store) {
        return tolerant(
                "store " + store + " with data keys",
                entities.store(store, settings.askTimeout(), StoreMessage.Read::new));
    }

    private CompletionStage<Void> sandbox(OrganizationId organization, Map.Entry<SandboxId, Instant> admitted) {
        var id = admitted.getKey();
        return tolerant(id.value(), sandboxes.read(organization, id).thenCompose(outcome -> switch (outcome) {
            case Outcome.Done<Sandbox>(var sandbox) ->
                counted(organization, id, sandbox)
                        .thenCompose(
                                done -> inTurn(List.copyOf(sandbox.checkpoints().keySet()), this::checkpoint));
            case Outcome.Refused<Sandbox> absent ->
                places.empty(organization, id).thenAccept(released -> {});
        }));
    }

    /** One that sleeps holds no place; a wake that a crash cut off may have left it one. */
    private CompletionStage<Void> counted(OrganizationId organization, SandboxId id, Sandbox sandbox) {
        return sandbox.stage() == Sandbox.Stage.HIBERNATED
                ? entities.suspend(organization, id).thenAccept(suspended -> {})
                : Futures.nothing();
    }

    private CompletionStage<Void> checkpoint(CheckpointId id) {
        return tolerant(
                "checkpoint " + id, entities.checkpoint(id, settings.askTimeout(), CheckpointMessage.Read::new));
    }

    private static CompletionStage<Void> tolerant(String what, CompletionStage<?> asked) {
        return asked.handle((answer, failure) -> {
                    if (failure != null) {
                        log.warn(
                                "Cannot ask {} yet: {}",
                                what,
                                RunningSandboxes.cause(failure).getMessage());
                    }
                    return answer;
                })
                .thenAccept(answer -> {});
    }

    /** Asks for each, a few at a time, so that a restart does not flood the journal. */
    private static <Q> CompletionStage<Void> inTurn(List<Q> questions, Function<Q, CompletionStage<Void>> ask) {
        if (questions.isEmpty()) {
            return Futures.nothing();
        }
        var now = questions.subList(0, Math.min(AT_A_TIME, questions.size()));
        return Futures.each(now, ask).thenCompose(done -> inTurn(questions.subList(now.size(), questions.size()), ask));
    }
}
