package dev.sealbox.persistence.service;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.ImageCommand;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.ImageMessage;
import dev.sealbox.persistence.entity.ImageReply;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has hosts let go of the layers that no image needs any more. A host keeps those that something on it stands on, as long
 * as it does. One that is away is asked again with the next removal, and when the server starts.
 */
final class LayersLeaving {
    private static final Logger log = LoggerFactory.getLogger(LayersLeaving.class);
    private static final int AT_A_TIME = 8;

    private final Entities entities;
    private final SandboxHosts hosts;

    LayersLeaving(Entities entities, SandboxHosts hosts) {
        this.entities = entities;
        this.hosts = hosts;
    }

    /** Complete when all hosts have been asked; fails only where the entity cannot be asked. */
    CompletionStage<Void> sweep(OrganizationId organization) {
        return entities.images(organization, ImageMessage.ListImages::new).thenCompose(reply -> {
            var leaving = ((ImageReply.Images) reply).leaving();
            return leaving.isEmpty()
                    ? Futures.nothing()
                    : Futures.each(
                                    List.copyOf(leaving.entrySet()),
                                    AT_A_TIME,
                                    each -> hosts.discard(each.getValue(), each.getKey())
                                            .handle((done, failure) -> gone(organization, each.getKey(), failure)))
                            .thenCompose(all -> confirmed(
                                    organization,
                                    all.stream().flatMap(Optional::stream).toList()));
        });
    }

    private static Optional<CheckpointId> gone(
            OrganizationId organization, CheckpointId layer, @Nullable Throwable failure) {
        if (failure == null) {
            return Optional.of(layer);
        }
        log.warn("Layer {} of {} is not let go yet: {}", layer, organization, Patience.reason(failure));
        return Optional.empty();
    }

    private CompletionStage<Void> confirmed(OrganizationId organization, List<CheckpointId> gone) {
        if (gone.isEmpty()) {
            return Futures.nothing();
        }
        var confirm = new ImageCommand.ConfirmGone(gone.stream().collect(Collectors.toUnmodifiableSet()));
        return entities.images(
                        organization,
                        replyTo -> new ImageMessage.Execute(Origin.system(organization), confirm, replyTo))
                .thenCompose(done -> Futures.nothing());
    }
}
