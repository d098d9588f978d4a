package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.persistence.entity.Entities;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The places of an organisation's sandboxes that no sandbox has taken, because its creation was cut off. */
final class Places {
    /** A create takes less between admission and the sandbox's first event. */
    private static final Duration SURELY_CREATED = Duration.ofMinutes(1);

    private final Entities entities;
    private final Names names;
    private final RunningSandboxes sandboxes;
    private final Clock clock;

    Places(Entities entities, ServiceSettings settings, Clock clock) {
        this.entities = entities;
        this.names = new Names(entities, settings);
        this.sandboxes = new RunningSandboxes(entities, settings);
        this.clock = clock;
    }

    /** Gives those places back that surely nobody will take; whether there were any. */
    CompletionStage<Boolean> takeBack(OrganizationId organization) {
        return names.organization(organization)
                .thenCompose(known -> Futures.each(
                        known.sandboxes().entrySet().stream()
                                .filter(this::isOld)
                                .map(Map.Entry::getKey)
                                .toList(),
                        sandbox -> takeBack(organization, sandbox)))
                .thenApply(taken -> taken.contains(true));
    }

    /** Whether an absent sandbox with that place will not come to be any more. */
    boolean isOld(Map.Entry<SandboxId, Instant> admitted) {
        return admitted.getValue().plus(SURELY_CREATED).isBefore(clock.instant());
    }

    private CompletionStage<Boolean> takeBack(OrganizationId organization, SandboxId sandbox) {
        return sandboxes
                .read(organization, sandbox)
                .thenCompose(known -> known instanceof Outcome.Refused
                        ? entities.release(organization, sandbox).thenApply(released -> true)
                        : Futures.now(false));
    }
}
