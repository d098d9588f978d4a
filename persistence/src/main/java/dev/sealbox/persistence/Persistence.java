package dev.sealbox.persistence;

import akka.actor.typed.ActorSystem;
import dev.sealbox.domain.SteadyTime;
import dev.sealbox.domain.audit.AuditAnswers;
import dev.sealbox.domain.audit.Notary;
import dev.sealbox.domain.checkpoint.Branches;
import dev.sealbox.domain.checkpoint.Checkpoints;
import dev.sealbox.domain.forgetting.DestructionCertificates;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.image.Images;
import dev.sealbox.domain.layer.Archives;
import dev.sealbox.domain.layer.LayerHosts;
import dev.sealbox.domain.layer.LayerNeeds;
import dev.sealbox.domain.organization.ApiKeys;
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.domain.preview.PortHosts;
import dev.sealbox.domain.preview.Previews;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.SandboxUpkeep;
import dev.sealbox.domain.sandbox.Sandboxes;
import dev.sealbox.domain.sealing.Vault;
import dev.sealbox.domain.session.SessionHosts;
import dev.sealbox.domain.session.Sessions;
import dev.sealbox.domain.store.SecretStores;
import dev.sealbox.domain.store.SecretVersions;
import dev.sealbox.persistence.answers.LoggedAnswers;
import dev.sealbox.persistence.answers.WhoIndex;
import dev.sealbox.persistence.archive.Signers;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.OrganizationMessage;
import dev.sealbox.persistence.entity.OrganizationReply;
import dev.sealbox.persistence.entity.Regions;
import dev.sealbox.persistence.keys.DataKeys;
import dev.sealbox.persistence.projection.Projections;
import dev.sealbox.persistence.service.JournalCertificates;
import dev.sealbox.persistence.service.JournalLayerNeeds;
import dev.sealbox.persistence.service.LostHosts;
import dev.sealbox.persistence.service.Recovery;
import dev.sealbox.persistence.service.ShardedApiKeys;
import dev.sealbox.persistence.service.ShardedBranches;
import dev.sealbox.persistence.service.ShardedCheckpoints;
import dev.sealbox.persistence.service.ShardedImages;
import dev.sealbox.persistence.service.ShardedPreviews;
import dev.sealbox.persistence.service.ShardedRegistrar;
import dev.sealbox.persistence.service.ShardedSandboxes;
import dev.sealbox.persistence.service.ShardedSecretStores;
import dev.sealbox.persistence.service.ShardedSecretVersions;
import dev.sealbox.persistence.service.ShardedSessions;
import dev.sealbox.persistence.service.ShardedUpkeep;
import dev.sealbox.persistence.service.UnfinishedCheckpoints;
import dev.sealbox.persistence.usage.SandboxCards;
import dev.sealbox.persistence.webhook.DatabaseWebhooks;
import dev.sealbox.persistence.webhook.Outbox;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.CompletionStage;

/**
 * All ports that rest on entities, of one node.
 *
 * <p>The order of a start: {@code Database.open}, {@code MasterKeys.open}, {@code TinkVault} and
 * {@code SealedAuthorityStore}; an actor system with {@code database.configuration(own)}; the
 * {@link #registrar}, which the host needs; the host; {@link #start}; and, when the host answers, {@link #recover}.
 */
public final class Persistence {
    private final SecretStores stores;
    private final SecretVersions versions;
    private final Sandboxes sandboxes;
    private final SandboxUpkeep upkeep;
    private final Checkpoints checkpoints;
    private final Branches branches;
    private final ShardedImages images;
    private final ApiKeys apiKeys;
    private final Organizations organizations;
    private final AuditAnswers answers;
    private final Recovery recovery;
    private final Runnable placesLater;
    private final LostHosts lostHosts;

    private Persistence(
            SecretStores stores,
            SecretVersions versions,
            Sandboxes sandboxes,
            SandboxUpkeep upkeep,
            Checkpoints checkpoints,
            Branches branches,
            ShardedImages images,
            ApiKeys apiKeys,
            Organizations organizations,
            AuditAnswers answers,
            Recovery recovery,
            Runnable placesLater,
            LostHosts lostHosts) {
        this.stores = stores;
        this.versions = versions;
        this.sandboxes = sandboxes;
        this.upkeep = upkeep;
        this.checkpoints = checkpoints;
        this.branches = branches;
        this.images = images;
        this.apiKeys = apiKeys;
        this.organizations = organizations;
        this.answers = answers;
        this.recovery = recovery;
        this.placesLater = placesLater;
        this.lostHosts = lostHosts;
    }

    /** Where hosts ask about their containers; answers once {@link #start} was called on this node. */
    public static Registrar registrar(ActorSystem<?> system, PersistenceSettings settings) {
        return new ShardedRegistrar(new Entities(system, settings.entities()), settings.services());
    }

    /** Where it is noted what is done to webhooks: in the log of their organisation. */
    public static DatabaseWebhooks.Notes webhookNotes(ActorSystem<?> system, PersistenceSettings settings) {
        var entities = new Entities(system, settings.entities());
        return (origin, what) -> entities.<OrganizationReply>organization(
                origin.organization(), replyTo -> new OrganizationMessage.Execute(origin, what, replyTo));
    }

    /** Where the organisations get proof of what they had destroyed. */
    public static DestructionCertificates certificates(
            ActorSystem<?> system, Database database, Notary notary, PersistenceSettings settings) {
        return new JournalCertificates(
                system, new DataKeys(database), notary, settings.backupHorizon(), Clock.systemUTC());
    }

    /** Lets this node hold entities and gives the ports that speak to them. */
    public static Persistence start(
            ActorSystem<?> system, Database database, Vault vault, SandboxHosts hosts, PersistenceSettings settings) {
        var clock = Clock.systemUTC();
        var time = new SteadyTime();
        var random = new SecureRandom();
        var services = settings.services();
        var entities = new Entities(system, settings.entities());
        Regions.start(system, entities, vault, hosts, settings.entities(), random, clock);
        var versions = new ShardedSecretVersions(entities, vault, services);
        var stores = new ShardedSecretStores(entities, versions, services);
        var keys = ShardedApiKeys.start(system, entities, database, random, clock);
        var projections = new Projections(system, database, settings.entities().role());
        projections.start(WhoIndex.NAME, WhoIndex.KINDS, new WhoIndex());
        projections.start(SandboxCards.NAME, SandboxCards.KINDS, new SandboxCards());
        projections.start(Outbox.NAME, Outbox.KINDS, new Outbox(settings.previews()));
        var sandboxes = new ShardedSandboxes(entities, hosts, stores, random, services, time);
        var images = ShardedImages.start(system, entities, hosts, sandboxes, random, services, settings.images(), time);
        var recovery = new Recovery(
                entities, keys, new DataKeys(database), new UnfinishedCheckpoints(database), services, time);
        return new Persistence(
                stores,
                versions,
                sandboxes,
                new ShardedUpkeep(entities, hosts, services),
                new ShardedCheckpoints(entities, hosts, sandboxes, random, services, time),
                new ShardedBranches(entities, services),
                images,
                keys,
                keys,
                new LoggedAnswers(system, database, clock),
                recovery,
                () -> system.scheduler()
                        .scheduleOnce(Recovery.PLACES_AFTER, recovery::takeEmptyPlacesBack, system.executionContext()),
                new LostHosts(entities, keys, hosts, services));
    }

    public SecretStores stores() {
        return stores;
    }

    public SecretVersions versions() {
        return versions;
    }

    public Sandboxes sandboxes() {
        return sandboxes;
    }

    public SandboxUpkeep upkeep() {
        return upkeep;
    }

    public Checkpoints checkpoints() {
        return checkpoints;
    }

    public Branches branches() {
        return branches;
    }

    public Images images() {
        return images;
    }

    /** Files of checkpoints and snapshots as archives, which {@code notary} signs. */
    public Archives archives(LayerHosts hosts, Notary notary, PersistenceSettings settings) {
        return images.archives(
                hosts,
                Signers.open(notary, settings.images().trustedKeys()),
                settings.services().askTimeout());
    }

    public ApiKeys apiKeys() {
        return apiKeys;
    }

    public Organizations organizations() {
        return organizations;
    }

    public AuditAnswers answers() {
        return answers;
    }

    /** Which layers of a layer store are needed, as the events have it. */
    public LayerNeeds layerNeeds(ActorSystem<?> system, Database database, PersistenceSettings settings) {
        return new JournalLayerNeeds(
                new Entities(system, settings.entities()), organizations, database, settings.services());
    }

    /** Sessions in the sandboxes of these hosts. */
    public static Sessions sessions(ActorSystem<?> system, SessionHosts hosts, PersistenceSettings settings) {
        return new ShardedSessions(new Entities(system, settings.entities()), hosts, settings.services());
    }

    /** What of the sandboxes of these hosts can be reached from outside. */
    public static Previews previews(ActorSystem<?> system, PortHosts hosts, PersistenceSettings settings) {
        return new ShardedPreviews(new Entities(system, settings.entities()), hosts, settings.services());
    }

    /** Has everything that a crash may have interrupted taken up again; call it when the hosts answer. */
    public CompletionStage<Void> recover() {
        return recovery.run().thenCompose(done -> images.recover(organizations)).thenRun(placesLater);
    }

    /** Has every sandbox that runs on {@code host}, which is gone, know that it is lost. */
    public CompletionStage<Void> lost(HostId host) {
        return lostHosts.report(host);
    }
}
