package dev.sealbox.persistence.service;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import dev.sealbox.persistence.entity.SandboxReply;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tells a host that comes back which of its containers still belong there, by asking their entities. */
public final class ShardedRegistrar implements Registrar {
    private final Entities entities;
    private final ServiceSettings settings;

    public ShardedRegistrar(Entities entities, ServiceSettings settings) {
        this.entities = entities;
        this.settings = settings;
    }

    @Override
    public CompletionStage<Optional<EgressPolicy>> claim(HostId host, SandboxId sandbox) {
        return asked(sandbox)
                .thenApply(reply -> reply instanceof SandboxReply.Policed(var known, var policy)
                                && known.host().equals(Optional.of(host))
                        ? Optional.of(policy)
                        : Optional.empty());
    }

    private CompletionStage<SandboxReply> asked(SandboxId sandbox) {
        try {
            return entities.sandbox(sandbox, settings.readyTimeout(), SandboxMessage.ReadPolicy::new);
        } catch (IllegalStateException | IllegalArgumentException e) {
            // The host is faster than the entities of this node.
            return CompletableFuture.failedFuture(e);
        }
    }
}
