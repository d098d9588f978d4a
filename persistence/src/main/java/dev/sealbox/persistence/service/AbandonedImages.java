package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.ImageCommand.FailSnapshot;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.organization.Organizations;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds and names that a process has begun which is gone. */
final class AbandonedImages {
    private static final Logger log = LoggerFactory.getLogger(AbandonedImages.class);
    private static final int AT_A_TIME = 16;
    private static final String WHY = "the server was stopped while it was built";

    private final ImageCatalogue catalogue;
    private final Builds builds;
    private final LayersLeaving leaving;

    AbandonedImages(ImageCatalogue catalogue, Builds builds, LayersLeaving leaving) {
        this.catalogue = catalogue;
        this.builds = builds;
        this.leaving = leaving;
    }

    /** Ends what is left of a name; whether the name was one of those. */
    CompletionStage<Boolean> freed(OrganizationId organization, SnapshotName name) {
        return catalogue
                .find(organization, name)
                .thenCompose(known -> known.filter(this::isLeft).isPresent()
                        ? failed(organization, name, known.get()).thenApply(done -> true)
                        : Futures.now(false));
    }

    private boolean isLeft(Snapshot snapshot) {
        return snapshot.stage() == Snapshot.Stage.BUILDING
                && (builds.members.isMe(snapshot.node())
                        ? !builds.naming.contains(snapshot.id())
                        : !builds.members.has(snapshot.node()));
    }

    private CompletionStage<Outcome<Unit>> failed(OrganizationId organization, SnapshotName name, Snapshot left) {
        return catalogue.decide(Origin.system(organization), new FailSnapshot(name, left.id(), WHY));
    }

    /** Clears all of it away; call it when the hosts answer. */
    CompletionStage<Void> clear(Organizations organizations) {
        return organizations
                .list()
                .thenCompose(all -> Futures.each(
                        all,
                        AT_A_TIME,
                        found -> clear(found.id()).handle((done, failure) -> {
                            if (failure != null) {
                                log.warn(
                                        "Cannot clear away builds of {} yet: {}", found.id(), Patience.reason(failure));
                            }
                            return found.id();
                        })))
                .thenAccept(done -> {});
    }

    private CompletionStage<Void> clear(OrganizationId organization) {
        return catalogue
                .unfinished(organization)
                .thenCompose(left -> {
                    left.builds().forEach((image, build) -> {
                        if (!builds.isAlive(organization, image, build)) {
                            Thread.ofVirtual()
                                    .start(() -> new BuildSite(builds, organization, image, build).abandon(WHY));
                        }
                    });
                    return Futures.each(
                            left.snapshots().entrySet().stream()
                                    .filter(entry -> isLeft(entry.getValue()))
                                    .toList(),
                            entry -> failed(organization, entry.getKey(), entry.getValue()));
                })
                .thenCompose(done -> leaving.sweep(organization));
    }
}
