package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.LayerNeeds;
import dev.sealbox.domain.layer.SharedLayer;
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.entity.CheckpointEntity;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.ImageMessage;
import dev.sealbox.persistence.entity.ImageReply;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * What is needed: layers of checkpoints that are not deleted, of images, and of sandboxes that may run, and all that these
 * stand on. Sandboxes are asked only when it depends on them.
 */
public final class JournalLayerNeeds implements LayerNeeds {
    private static final int AT_A_TIME = 32;
    private static final String PREFIX = CheckpointEntity.TYPE + "|";
    private static final String ALIVE = """
            SELECT persistence_id FROM event_journal WHERE persistence_id = ANY (?)
             GROUP BY persistence_id
            HAVING NOT bool_or(event_ser_manifest LIKE 'checkpoint.deleted.%'
                            OR event_ser_manifest LIKE 'checkpoint.failed.%'
                            OR event_ser_manifest LIKE 'checkpoint.layer-discarded.%')""";

    private final Entities entities;
    private final Organizations organizations;
    private final Database database;
    private final Names names;
    private final RunningSandboxes sandboxes;

    public JournalLayerNeeds(
            Entities entities, Organizations organizations, Database database, ServiceSettings settings) {
        this.entities = entities;
        this.organizations = organizations;
        this.database = database;
        this.names = new Names(entities, settings);
        this.sandboxes = new RunningSandboxes(entities, settings);
    }

    @Override
    public CompletionStage<Set<CheckpointId>> among(Collection<SharedLayer> kept) {
        var ids = kept.stream().map(SharedLayer::layer).toList();
        var owners = kept.stream().map(SharedLayer::organization).distinct().toList();
        return checkpoints(ids)
                .thenCombine(Futures.each(owners, AT_A_TIME, this::images), JournalLayerNeeds::union)
                .thenApply(needed -> withWhatIsBelow(needed, kept))
                .thenCompose(needed -> needed.containsAll(ids)
                        ? Futures.now(needed)
                        : running(owners).thenApply(all -> withWhatIsBelow(union(needed, List.of(all)), kept)));
    }

    private static Set<CheckpointId> union(Set<CheckpointId> some, List<Set<CheckpointId>> others) {
        var all = new HashSet<>(some);
        others.forEach(all::addAll);
        return all;
    }

    /** A list names all that is below, so one step suffices. */
    private static Set<CheckpointId> withWhatIsBelow(Set<CheckpointId> needed, Collection<SharedLayer> kept) {
        var all = new HashSet<>(needed);
        kept.stream().filter(layer -> needed.contains(layer.layer())).forEach(layer -> all.addAll(layer.below()));
        return all;
    }

    private CompletionStage<Set<CheckpointId>> checkpoints(List<CheckpointId> ids) {
        var wanted = ids.stream().map(id -> PREFIX + id).toArray(String[]::new);
        return database.ask("look which checkpoints are there", connection -> {
            try (var query = connection.prepareStatement(ALIVE)) {
                query.setArray(1, connection.createArrayOf("varchar", wanted));
                try (var rows = query.executeQuery()) {
                    var alive = new HashSet<CheckpointId>();
                    while (rows.next()) {
                        alive.add(CheckpointId.parse(rows.getString(1).substring(PREFIX.length())));
                    }
                    return alive;
                }
            }
        });
    }

    private CompletionStage<Set<CheckpointId>> images(OrganizationId organization) {
        return entities.images(organization, ImageMessage.ListLayers::new)
                .thenApply(reply -> ((ImageReply.Layers) reply).layers());
    }

    /** What is published may be stood on by sandboxes of others. */
    private CompletionStage<Set<CheckpointId>> running(List<OrganizationId> owners) {
        return organizations
                .list()
                .thenApply(all -> Stream.concat(owners.stream(), all.stream().map(Organizations.Summary::id))
                        .distinct()
                        .toList())
                .thenCompose(all -> Futures.each(all, AT_A_TIME, this::running))
                .thenApply(all -> union(Set.of(), all));
    }

    private CompletionStage<Set<CheckpointId>> running(OrganizationId organization) {
        return names.organization(organization)
                .thenCompose(known -> Futures.each(
                        List.copyOf(known.sandboxes().keySet()), AT_A_TIME, sandbox -> layers(organization, sandbox)))
                .thenApply(all -> union(Set.of(), all));
    }

    private static Set<CheckpointId> standingOn(Sandbox sandbox) {
        var layers = new HashSet<>(sandbox.blueprint().fileLayers());
        sandbox.upkeep().site().newest().ifPresent(image -> layers.addAll(image.layers()));
        return layers;
    }

    private CompletionStage<Set<CheckpointId>> layers(OrganizationId organization, SandboxId id) {
        return sandboxes
                .read(organization, id)
                .thenApply(outcome -> outcome instanceof Outcome.Done<Sandbox>(var sandbox) && sandbox.mayRun()
                        ? standingOn(sandbox)
                        : Set.of());
    }
}
