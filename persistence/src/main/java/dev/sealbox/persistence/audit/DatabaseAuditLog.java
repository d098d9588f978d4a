package dev.sealbox.persistence.audit;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.AuditHead;
import dev.sealbox.domain.audit.AuditLog;
import dev.sealbox.domain.audit.AuditRefusal.VerificationsUnderWay;
import dev.sealbox.domain.audit.EventFilter;
import dev.sealbox.domain.audit.Notary;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Verdict;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.projection.Projections;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of a deployment, of one node's point of view: keeps the listing, writes heads, and answers. Thread-safe. */
public final class DatabaseAuditLog implements AuditLog {
    /** Stored with the listing's progress: another name would have it built again. */
    private static final String LISTING = "audit-events";

    private static final Logger log = LoggerFactory.getLogger(DatabaseAuditLog.class);

    private final Database database;
    private final Notary notary;
    private final Heads heads;
    private final Verification verification;
    private final Semaphore verifications;
    private final AtomicBoolean writing = new AtomicBoolean();
    private final Executor threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("sealbox-audit-", 0).factory());

    private DatabaseAuditLog(Database database, Notary notary, AuditSettings settings) {
        var file = new HeadFile(settings.headsFile());
        this.database = database;
        this.notary = notary;
        this.heads = new Heads(database, notary, file, Clock.systemUTC());
        this.verification = new Verification(database, notary, file);
        this.verifications = new Semaphore(settings.verifications());
    }

    /** Starts what this node does for the log; without the role it only answers. */
    public static DatabaseAuditLog start(
            ActorSystem<?> system, Database database, Notary notary, AuditSettings settings) {
        var audit = new DatabaseAuditLog(database, notary, settings);
        if (Cluster.get(system).selfMember().hasRole(settings.role())) {
            audit.keep(system, settings);
        }
        return audit;
    }

    private void keep(ActorSystem<?> system, AuditSettings settings) {
        new Projections(system, database, settings.role()).start(LISTING, new Listing());
        system.scheduler()
                .scheduleWithFixedDelay(
                        settings.headInterval(),
                        settings.headInterval(),
                        () -> threads.execute(this::anchor),
                        system.executionContext());
    }

    private void anchor() {
        if (!writing.compareAndSet(false, true)) {
            return;
        }
        try {
            heads.write();
        } catch (RuntimeException e) {
            log.warn("No head of the log could be written; tried again later: {}", e.toString());
        } finally {
            writing.set(false);
        }
    }

    /** Complete when everything that was committed before has a head. */
    public CompletionStage<Void> anchored() {
        return CompletableFuture.runAsync(heads::write, threads);
    }

    @Override
    public CompletionStage<Page> events(OrganizationId organization, EventFilter filter, long after, int limit) {
        return database.ask("read the log", connection -> Listing.page(connection, organization, filter, after, limit));
    }

    @Override
    public CompletionStage<Outcome<Verdict>> verify(Scope scope) {
        if (!verifications.tryAcquire()) {
            return CompletableFuture.completedFuture(Outcome.refused(new VerificationsUnderWay()));
        }
        return CompletableFuture.supplyAsync(() -> Outcome.done(verification.run(scope)), threads)
                .whenComplete((done, failure) -> verifications.release());
    }

    @Override
    public CompletionStage<List<AuditHead>> heads(long after, int limit) {
        return database.ask("read the heads of the log", connection -> HeadRows.after(connection, after, limit));
    }

    @Override
    public String publicKey() {
        return notary.publicKey();
    }
}
