package dev.sealbox.persistence.service;

import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.Entities;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a fork may inherit: not the stores of another organisation, nor of a lineage that was revoked. */
final class Lineage {
    private static final int AT_A_TIME = 16;

    private final Entities entities;
    private final ServiceSettings settings;

    Lineage(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    /**
     * What is inherited.
     *
     * @param lost whether stores were taken out of it, whose restriction stays
     */
    record Inherited(Contents contents, boolean lost) {}

    CompletionStage<Inherited> of(OrganizationId forking, CheckpointId id, Checkpoint checkpoint) {
        var facts = checkpoint.facts().orElseThrow();
        var contents = facts.contents();
        if (!facts.organization().equals(forking)) {
            return Futures.now(new Inherited(foreign(contents, checkpoint.standsForImage()), false));
        }
        return isRevoked(forking, id, checkpoint)
                .thenApply(revoked -> revoked
                        ? new Inherited(
                                new Contents(
                                        contents.blueprint(),
                                        contents.host(),
                                        List.of(),
                                        contents.remembered(),
                                        Map.of()),
                                true)
                        : new Inherited(contents, false));
    }

    /** Whether this checkpoint or one that it comes from was revoked with all that comes from it. */
    CompletionStage<Boolean> isRevoked(OrganizationId forking, CheckpointId id, Checkpoint checkpoint) {
        var contents = checkpoint.facts().orElseThrow().contents();
        if (contents.stores().isEmpty() && contents.tokens().isEmpty()) {
            return Futures.now(false);
        }
        var line = Stream.concat(Stream.of(id), contents.blueprint().fileLayers().stream())
                .toList();
        return Futures.each(line, AT_A_TIME, this::read).thenCompose(known -> {
            if (known.stream().anyMatch(each -> isRevoked(forking, each))) {
                return Futures.now(true);
            }
            var images = known.stream()
                    .flatMap(each -> begunFrom(each).stream())
                    .filter(each -> !line.contains(each))
                    .distinct()
                    .toList();
            return Futures.each(images, AT_A_TIME, this::read)
                    .thenApply(all -> all.stream().anyMatch(each -> isRevoked(forking, each)));
        });
    }

    private static boolean isRevoked(OrganizationId forking, Checkpoint known) {
        return known.upkeep().revoked()
                && known.facts()
                        .filter(facts -> facts.organization().equals(forking))
                        .isPresent();
    }

    /**
     * The sandboxes that come from a checkpoint. One that stands for an image has no layer among theirs: what started from
     * it says so itself, and what was forked later stands on a checkpoint of something that did.
     */
    Function<Sandbox, CompletionStage<Boolean>> descendants(CheckpointId id, Checkpoint checkpoint) {
        if (!checkpoint.standsForImage()) {
            return sandbox -> Futures.now(sandbox.blueprint().fileLayers().contains(id));
        }
        var seen = new ConcurrentHashMap<CheckpointId, CompletionStage<Boolean>>();
        return sandbox -> {
            var plan = sandbox.blueprint();
            return plan.origin().equals(Optional.of(id))
                    ? Futures.now(true)
                    : Futures.each(
                                    plan.fileLayers(),
                                    AT_A_TIME,
                                    layer -> seen.computeIfAbsent(
                                            layer,
                                            absent -> read(layer)
                                                    .thenApply(known ->
                                                            begunFrom(known).equals(Optional.of(id)))))
                            .thenApply(all -> all.contains(true));
        };
    }

    /** What the sandbox that a checkpoint was taken of had started from. */
    private static Optional<CheckpointId> begunFrom(Checkpoint checkpoint) {
        return checkpoint.facts().flatMap(facts -> facts.contents().blueprint().origin());
    }

    private CompletionStage<Checkpoint> read(CheckpointId id) {
        return entities.checkpoint(id, settings.askTimeout(), CheckpointMessage.Read::new)
                .thenApply(reply -> reply instanceof CheckpointReply.Done(var known) ? known : Checkpoint.ABSENT);
    }

    /**
     * Files go across organisations; names, variables, labels and tokens do not (SEMANTICS 7.9). What an image says about
     * its commands is a part of what was published; what a sandbox has of some image may be anybody's.
     */
    private static Contents foreign(Contents contents, boolean image) {
        var plan = contents.blueprint();
        var bare = new Blueprint(
                plan.template(),
                plan.origin(),
                plan.fileLayers(),
                plan.limits(),
                0,
                Map.of(),
                Map.of(),
                image ? plan.defaults() : Defaults.NONE);
        return new Contents(bare, contents.host(), List.of(), List.of(), Map.of());
    }
}
