package dev.sealbox.persistence.usage;

import akka.actor.typed.ActorSystem;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.usage.UsageMeters;
import dev.sealbox.domain.usage.UsageQuery;
import dev.sealbox.domain.usage.UsageReports;
import dev.sealbox.domain.usage.UsageSlice;
import dev.sealbox.domain.usage.UsageWindow;
import dev.sealbox.persistence.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Usage in the database. Thread-safe. */
public final class DatabaseUsage implements UsageMeters, UsageReports {
    private static final Logger log = LoggerFactory.getLogger(DatabaseUsage.class);
    private static final Duration SWEEPING = Duration.ofHours(6);

    private static final String ADD = """
            INSERT INTO usage_slice (organization, sandbox, since, seconds, allocated, used, allocated_peak, used_peak,
              disk_overage) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (sandbox, since) DO UPDATE SET
              seconds = usage_slice.seconds + excluded.seconds,
              allocated = usage_slice.allocated + excluded.allocated,
              used = usage_slice.used + excluded.used,
              allocated_peak = greatest(usage_slice.allocated_peak, excluded.allocated_peak),
              used_peak = greatest(usage_slice.used_peak, excluded.used_peak),
              disk_overage = usage_slice.disk_overage + excluded.disk_overage""";

    private final Database database;

    public DatabaseUsage(Database database) {
        this.database = database;
    }

    /** Has removed what no report can show any more, now and from time to time. */
    public DatabaseUsage sweptBy(ActorSystem<?> system) {
        system.scheduler().scheduleWithFixedDelay(Duration.ZERO, SWEEPING, this::sweep, system.executionContext());
        return this;
    }

    private void sweep() {
        var oldest = Instant.now().minus(UsageWindow.LONGEST).atOffset(ZoneOffset.UTC);
        database.ask("remove old usage", connection -> {
                    try (var delete = connection.prepareStatement("DELETE FROM usage_slice WHERE since < ?")) {
                        delete.setObject(1, oldest);
                        return delete.executeUpdate();
                    }
                })
                .whenComplete((removed, failure) -> {
                    if (failure != null) {
                        log.warn("old usage is not removed yet: {}", failure.toString());
                    }
                });
    }

    @Override
    public CompletionStage<Void> add(List<UsageSlice> slices) {
        return database.ask("note down usage", connection -> added(connection, slices))
                .thenAccept(done -> {});
    }

    private static int added(Connection connection, List<UsageSlice> slices) throws SQLException {
        connection.setAutoCommit(false);
        try (var insert = connection.prepareStatement(ADD)) {
            for (var slice : slices) {
                insert.setString(1, slice.organization().value());
                insert.setString(2, slice.sandbox().value());
                insert.setObject(3, slice.since().atOffset(ZoneOffset.UTC));
                insert.setDouble(4, slice.seconds());
                insert.setDouble(5, slice.allocated());
                insert.setDouble(6, slice.used());
                insert.setDouble(7, slice.allocatedPeak());
                insert.setDouble(8, slice.usedPeak());
                insert.setDouble(9, slice.diskOverage());
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
            return slices.size();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    @Override
    public CompletionStage<Page<OfSandbox>> bySandbox(OrganizationId organization, UsageQuery query) {
        return database.ask("report usage", connection -> UsageRows.bySandbox(connection, organization, query));
    }

    @Override
    public CompletionStage<ByTag> byTag(OrganizationId organization, String key, UsageQuery query) {
        return database.ask("report usage", connection -> UsageRows.byTag(connection, organization, key, query));
    }

    @Override
    public CompletionStage<List<UsageSlice>> ofSandbox(
            OrganizationId organization, SandboxId sandbox, UsageWindow window) {
        return database.ask(
                "report usage", connection -> UsageRows.ofSandbox(connection, organization, sandbox, window));
    }

    @Override
    public CompletionStage<List<TagKey>> tagKeys(OrganizationId organization) {
        return database.ask("list tags", connection -> UsageRows.tagKeys(connection, organization));
    }
}
