package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.persistence.entity.Entities;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The places of an organisation's sandboxes that no sandbox has taken, because its creation was cut off. How old one is
 * cannot be told by when it was admitted, for another node may have said that, by a clock of its own: a place is given back
 * that this node has seen empty for long enough. Thread-safe.
 */
final class Places {
    /** A create takes less between admission and the sandbox's first event. */
    static final Duration SURELY_CREATED = Duration.ofMinutes(1);

    private final Entities entities;
    private final Names names;
    private final RunningSandboxes sandboxes;
    private final InstantSource time;
    private final Map<Place, Instant> emptySince = new ConcurrentHashMap<>();

    private record Place(OrganizationId organization, SandboxId sandbox) {}

    /** {@code time} is one that is never set, such as {@link dev.sealbox.domain.SteadyTime}. */
    Places(Entities entities, ServiceSettings settings, InstantSource time) {
        this.entities = entities;
        this.names = new Names(entities, settings);
        this.sandboxes = new RunningSandboxes(entities, settings);
        this.time = time;
    }

    /** Gives those places back that surely nobody will take; whether there were any. */
    CompletionStage<Boolean> takeBack(OrganizationId organization) {
        return names.organization(organization)
                .thenCompose(known -> Futures.each(
                        List.copyOf(known.sandboxes().keySet()), sandbox -> look(new Place(organization, sandbox))))
                .thenApply(taken -> taken.contains(true));
    }

    /** The same, of those that were seen empty. */
    CompletionStage<Boolean> takeBackEmpty() {
        return Futures.each(List.copyOf(emptySince.keySet()), this::look).thenApply(taken -> taken.contains(true));
    }

    private CompletionStage<Boolean> look(Place place) {
        return sandboxes.read(place.organization(), place.sandbox()).thenCompose(known -> {
            if (known instanceof Outcome.Refused) {
                return empty(place.organization(), place.sandbox());
            }
            emptySince.remove(place);
            return Futures.now(false);
        });
    }

    /** There is no such sandbox now: gives its place back if there was none a while ago; whether it did. */
    CompletionStage<Boolean> empty(OrganizationId organization, SandboxId sandbox) {
        var place = new Place(organization, sandbox);
        var now = time.instant();
        var since = emptySince.computeIfAbsent(place, fresh -> now);
        if (since.plus(SURELY_CREATED).isAfter(now)) {
            return Futures.now(false);
        }
        return entities.release(organization, sandbox).thenApply(released -> {
            emptySince.remove(place);
            return true;
        });
    }
}
