package dev.sealbox.persistence.service;

import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.placement.OnHostLoss;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.Site;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import dev.sealbox.persistence.entity.Entities;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** What is left of a sandbox without its host: the newest of its checkpoints and its image that other hosts can have. */
final class Remains {
    private final Entities entities;
    private final SandboxHosts hosts;
    private final ServiceSettings settings;

    Remains(Entities entities, SandboxHosts hosts, ServiceSettings settings) {
        this.entities = entities;
        this.hosts = hosts;
        this.settings = settings;
    }

    /** Layers for its disk, newest first; empty when there are none, or its owner wants none. */
    CompletionStage<List<CheckpointId>> of(Sandbox sandbox) {
        var site = sandbox.upkeep().site();
        if (site.wanted().onHostLoss() != OnHostLoss.RECREATE) {
            return Futures.now(List.of());
        }
        return Futures.each(List.copyOf(sandbox.checkpoints().keySet()), this::checkpoint)
                .thenApply(found -> Stream.concat(
                                site.newest().stream(), found.stream().flatMap(Optional::stream))
                        .sorted(Comparator.comparing(Site.Image::at).reversed())
                        .toList())
                .thenCompose(this::newestShared);
    }

    private CompletionStage<Optional<Site.Image>> checkpoint(CheckpointId id) {
        return entities.checkpoint(id, settings.askTimeout(), CheckpointMessage.Read::new)
                .thenApply(reply -> reply instanceof CheckpointReply.Done(var checkpoint)
                                && checkpoint.stage() == Checkpoint.Stage.READY
                        ? checkpoint
                                .facts()
                                .map(facts -> new Site.Image(
                                        Stream.concat(Stream.of(id), facts.contents().blueprint().fileLayers().stream())
                                                .toList(),
                                        facts.createdAt()))
                        : Optional.empty());
    }

    private CompletionStage<List<CheckpointId>> newestShared(List<Site.Image> newestFirst) {
        if (newestFirst.isEmpty()) {
            return Futures.now(List.of());
        }
        var newest = newestFirst.getFirst().layers();
        return hosts.isShared(newest.getFirst())
                .thenCompose(shared ->
                        shared ? Futures.now(newest) : newestShared(newestFirst.subList(1, newestFirst.size())));
    }
}
