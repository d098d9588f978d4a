package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.Revocation;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.persistence.entity.Acknowledged.Answer;
import dev.sealbox.persistence.entity.Entities;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** How secrets are taken from sandboxes, several at a time, with word of those whose host has not answered. */
final class Cutting {
    private static final int AT_A_TIME = 16;

    private final Entities entities;
    private final Names names;
    private final RunningSandboxes sandboxes;
    private final ServiceSettings settings;

    Cutting(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.names = new Names(entities, settings);
        this.sandboxes = new RunningSandboxes(entities, settings);
        this.settings = settings;
    }

    /** The organisation's sandboxes that run, or may again, and are meant. */
    CompletionStage<List<SandboxId>> descendants(Origin origin, Function<Sandbox, CompletionStage<Boolean>> meant) {
        return names.organization(origin.organization())
                .thenCompose(known -> Futures.each(
                        List.copyOf(known.sandboxes().keySet()),
                        AT_A_TIME,
                        id -> sandboxes
                                .read(origin.organization(), id)
                                .thenCompose(
                                        found -> found instanceof Outcome.Done<Sandbox>(var sandbox) && sandbox.mayRun()
                                                ? meant.apply(sandbox)
                                                : Futures.now(false))
                                .thenApply(found -> found ? Optional.of(id) : Optional.<SandboxId>empty())))
                .thenApply(found -> found.stream().flatMap(Optional::stream).toList());
    }

    CompletionStage<Revocation> cut(Origin origin, List<SandboxId> all) {
        return Futures.each(all, AT_A_TIME, id -> isCut(origin, id)).thenApply(done -> {
            var cut = new ArrayList<SandboxId>();
            var lagging = new ArrayList<SandboxId>();
            for (var i = 0; i < all.size(); i++) {
                (done.get(i) ? cut : lagging).add(all.get(i));
            }
            return new Revocation(cut, lagging);
        });
    }

    /** A sandbox that has ended meanwhile has nothing left to cut. */
    private CompletionStage<Boolean> isCut(Origin origin, SandboxId sandbox) {
        return entities.revoke(sandbox, origin, settings.pushTimeout().plus(settings.askTimeout()))
                .handle((reply, failure) -> failure == null && reply.answer() != Answer.LATER);
    }
}
