package dev.sealbox.persistence.service;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.Build;
import dev.sealbox.domain.image.ImageCommand;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.Tier;
import dev.sealbox.persistence.entity.ImageMessage;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a build takes place, and how it is cleared: the builder ends, its files go, and then the build is given up. */
record BuildSite(Builds builds, OrganizationId organization, ImageHash image, Build build) {
    private static final Logger log = LoggerFactory.getLogger(BuildSite.class);
    private static final int ATTEMPTS = 3;
    private static final int ONE_CPU = 4096;
    private static final int TWO_CPUS = 8192;

    /** The CPUs that belong to so much memory. */
    static Limits limits(int memoryMB) {
        return new Limits(memoryMB <= ONE_CPU ? 1 : memoryMB <= TWO_CPUS ? 2 : 4, memoryMB, Tier.MIN_DISK);
    }

    /** Ends the builder; one that is out of reach now is ended by its host's next start, since nobody claims it. */
    void stop() {
        repeatedly("builder", () -> builds.hosts.stop(build.host(), build.builder()));
    }

    /** Removes all traces, and then lets others build the image. */
    void abandon(String reason) {
        stop();
        repeatedly("layer", () -> builds.hosts.discard(build.host(), build.layer()));
        repeatedly(
                "record",
                () -> builds.entities.images(
                        organization,
                        replyTo -> new ImageMessage.Execute(
                                Origin.system(organization),
                                new ImageCommand.FailBuild(image, build.layer(), reason),
                                replyTo)));
    }

    private void repeatedly(String what, Supplier<CompletionStage<?>> act) {
        for (var attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                Patience.settle(act.get(), builds.settings.patience());
                return;
            } catch (RuntimeException e) {
                log.warn("The {} of a build of image {} is not cleared away yet: {}", what, image, Patience.reason(e));
            }
        }
    }
}
