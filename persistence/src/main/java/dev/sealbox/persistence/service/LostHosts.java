package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sandbox.SandboxCommand;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.SandboxMessage;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of the sandboxes of a host that is gone: those that ran on it are lost, and let go of their places, or start
 * elsewhere where their owners want that and something of them is left. Those that sleep wait for the disk, or wake
 * elsewhere.
 */
public final class LostHosts {
    private static final Logger log = LoggerFactory.getLogger(LostHosts.class);
    private static final int AT_A_TIME = 32;

    private final Entities entities;
    private final Organizations organizations;
    private final Names names;
    private final RunningSandboxes sandboxes;
    private final Remains remains;
    private final ServiceSettings settings;

    public LostHosts(Entities entities, Organizations organizations, SandboxHosts hosts, ServiceSettings settings) {
        this.entities = entities;
        this.organizations = organizations;
        this.names = new Names(entities, settings);
        this.sandboxes = new RunningSandboxes(entities, settings);
        this.remains = new Remains(entities, hosts, settings);
        this.settings = settings;
    }

    /**
     * Complete when every sandbox of {@code host} knows. Fails when not all could be told, or it cannot be found out now
     * what is left of them; repeating it, also on other nodes, is harmless.
     */
    public CompletionStage<Void> report(HostId host) {
        return organizations
                .list()
                .thenCompose(all -> Futures.each(all, AT_A_TIME, found -> in(found.id(), host)))
                .thenAccept(told -> {
                    if (!told.stream().flatMap(List::stream).allMatch(known -> known)) {
                        throw new IllegalStateException("some could not be told");
                    }
                    log.info("Told the sandboxes of host {} that it is lost", host);
                });
    }

    private CompletionStage<List<Boolean>> in(OrganizationId organization, HostId host) {
        return names.organization(organization)
                .thenCompose(known -> Futures.each(
                        List.copyOf(known.sandboxes().keySet()), AT_A_TIME, id -> tell(organization, id, host)));
    }

    /** Whether it knows, or it is none of its business. */
    private CompletionStage<Boolean> tell(OrganizationId organization, SandboxId id, HostId host) {
        return sandboxes
                .read(organization, id)
                .thenCompose(known -> known instanceof Outcome.Done<Sandbox>(var sandbox)
                                && sandbox.alive()
                                && sandbox.host().equals(Optional.of(host))
                        ? remains.of(sandbox).thenCompose(layers -> lost(organization, id, host, layers))
                        : Futures.now(true))
                .exceptionally(failure -> {
                    log.warn("Cannot tell {} that its host is lost: {}", id, Patience.reason(failure));
                    return false;
                });
    }

    private CompletionStage<Boolean> lost(
            OrganizationId organization, SandboxId id, HostId host, List<CheckpointId> layers) {
        var report = new SandboxCommand.ReportHostGone(host, layers);
        return entities.sandbox(
                        id,
                        settings.askTimeout(),
                        replyTo -> new SandboxMessage.Execute(Origin.system(organization), report, replyTo))
                .thenApply(reply -> true);
    }
}
