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
import java.util.ArrayList;
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
                .thenApply(found -> newestFirst(
                        site, found.stream().flatMap(Optional::stream).toList()))
                .thenCompose(this::newestShared);
    }

    /**
     * What there is of a disk: checkpoints in the order of their sandbox, before them the image of one that sleeps. Times
     * say only where an image of one that has run since belongs, for they are those of several clocks.
     */
    static List<Site.Image> newestFirst(Site site, List<Site.Image> checkpointsOldestFirst) {
        var all = new ArrayList<>(checkpointsOldestFirst.reversed());
        site.image()
                .ifPresentOrElse(
                        all::addFirst, () -> site.older().ifPresent(older -> all.add(newerThan(older, all), older)));
        return all;
    }

    private static int newerThan(Site.Image image, List<Site.Image> newestFirst) {
        return (int) newestFirst.stream()
                .takeWhile(checkpoint -> checkpoint.at().isAfter(image.at()))
                .count();
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
