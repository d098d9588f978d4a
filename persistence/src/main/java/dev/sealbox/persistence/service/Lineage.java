package dev.sealbox.persistence.service;

import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.Entities;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
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

    /** Whether this checkpoint or one below it was revoked with all that comes from it. */
    CompletionStage<Boolean> isRevoked(OrganizationId forking, CheckpointId id, Checkpoint checkpoint) {
        var contents = checkpoint.facts().orElseThrow().contents();
        if (contents.stores().isEmpty() && contents.tokens().isEmpty()) {
            return Futures.now(false);
        }
        var line = Stream.concat(Stream.of(id), contents.blueprint().fileLayers().stream())
                .toList();
        return Futures.each(line, AT_A_TIME, each -> isRevoked(forking, each)).thenApply(all -> all.contains(true));
    }

    private CompletionStage<Boolean> isRevoked(OrganizationId forking, CheckpointId id) {
        return entities.checkpoint(id, settings.askTimeout(), CheckpointMessage.Read::new)
                .thenApply(reply -> reply instanceof CheckpointReply.Done(var known)
                        && known.upkeep().revoked()
                        && known.facts()
                                .filter(facts -> facts.organization().equals(forking))
                                .isPresent());
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
