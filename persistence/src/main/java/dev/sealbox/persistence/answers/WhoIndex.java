package dev.sealbox.persistence.answers;

import dev.sealbox.domain.audit.Trace;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.persistence.entity.CheckpointEntity;
import dev.sealbox.persistence.entity.SandboxEntity;
import dev.sealbox.persistence.entity.SecretStoreEntity;
import dev.sealbox.persistence.projection.Fact;
import dev.sealbox.persistence.projection.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Keeps the tables {@code who_…} up to date: WHERE A {@link Trace} BECOMES ROWS. Only rows of the event's own entity are
 * touched, so that the kinds of entity may be followed independently. Thread-safe.
 */
public final class WhoIndex implements ReadModel {
    /** The read model's name; how far it has come is stored under it. */
    public static final String NAME = "who-could";

    /** The kinds of entity whose events matter. */
    public static final List<String> KINDS = List.of(SecretStoreEntity.TYPE, SandboxEntity.TYPE, CheckpointEntity.TYPE);

    /** What is so of a name in a store; the rows of later events have later times or numbers. */
    private static final String LAST =
            "(SELECT * FROM who_secret WHERE store = ? AND name = ? ORDER BY at DESC, sequence DESC LIMIT 1) last";

    /** A name that is switched off stays so with a new version, unless it was deleted in between. */
    private static final String OFFERED = "INSERT INTO who_secret VALUES (?, ?, ?, ?, ?, ?,"
            + " coalesce((SELECT name_on OR version IS NULL FROM " + LAST + "), TRUE), TRUE)";

    private static final String REHOSTED = "INSERT INTO who_secret"
            + " SELECT store, name, ?, ?, version, ?::text[], name_on, version_on FROM " + LAST + " WHERE version = ?";

    private static final String SWITCHED = "INSERT INTO who_secret"
            + " SELECT store, name, ?, ?, version, hosts, ?, version_on FROM " + LAST + " WHERE version IS NOT NULL";

    private static final String VERSION_SWITCHED = "INSERT INTO who_secret"
            + " SELECT store, name, ?, ?, version, hosts, name_on, ? FROM " + LAST + " WHERE version = ?";

    private static final String WITHDRAWN = "INSERT INTO who_secret VALUES (?, ?, ?, ?, NULL, '{}', TRUE, TRUE)";

    /** Of all names that the store has ever had. */
    private static final String ALL_WITHDRAWN = """
            INSERT INTO who_secret
            SELECT DISTINCT store, name, ?::timestamptz, ?::bigint, NULL::integer, '{}'::text[], TRUE, TRUE
              FROM who_secret WHERE store = ?""";

    @Override
    public void take(Connection connection, List<Fact> facts) throws SQLException {
        var clocks = Clocks.of(connection, facts);
        for (var fact : facts) {
            var entry = new Entry(connection, fact, clocks.countsFrom(fact));
            entry.write(Trace.of(fact.recorded()));
        }
        clocks.save(connection);
    }

    /** One event on its way into the tables. */
    private record Entry(Connection connection, Fact fact, Instant at) {

        void write(Trace trace) throws SQLException {
            switch (trace) {
                case Trace.None none -> {}
                case Trace.Allowed(var hosts) -> allowed(hosts);
                case Trace.Denied(var hosts) ->
                    run("INSERT INTO who_denylist VALUES (?, ?, ?, ?)", uuid(), at, fact.sequence(), hosts);
                case Trace.Offered(var name, var version, var hosts) ->
                    run(OFFERED, uuid(), name.value(), at, fact.sequence(), version, hosts, uuid(), name.value());
                case Trace.Rehosted(var name, var version, var hosts) ->
                    run(REHOSTED, at, fact.sequence(), hosts, uuid(), name.value(), version);
                case Trace.Switched(var name, var usable) ->
                    run(SWITCHED, at, fact.sequence(), usable, uuid(), name.value());
                case Trace.VersionSwitched(var name, var version, var usable) ->
                    run(VERSION_SWITCHED, at, fact.sequence(), usable, uuid(), name.value(), version);
                case Trace.Withdrawn(var name) -> run(WITHDRAWN, uuid(), name.value(), at, fact.sequence());
                case Trace.Deleted() -> deleted();
                case Trace.Revoked() -> {
                    deleted();
                    run(ALL_WITHDRAWN, at, fact.sequence(), uuid());
                }
                case Trace.Made(var lineage) -> made(lineage);
                case Trace.Layered layered -> layered(layered);
                case Trace.Sealed(var own, var inherited) -> {
                    sealed(own, true);
                    sealed(inherited, false);
                }
                case Trace.Started() -> life("started_at");
                case Trace.Stopping() -> life("stopping_at");
                case Trace.Ended() -> life("ended_at");
                case Trace.Taken(var source, var name) ->
                    run(
                            "INSERT INTO who_checkpoint VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                            uuid(),
                            source.value(),
                            name);
            }
        }

        private void allowed(List<HostPattern> hosts) throws SQLException {
            run("INSERT INTO who_store VALUES (?, ?) ON CONFLICT DO NOTHING", uuid(), at);
            run("INSERT INTO who_allowlist VALUES (?, ?, ?, ?)", uuid(), at, fact.sequence(), hosts);
        }

        private void deleted() throws SQLException {
            run("UPDATE who_store SET deleted_at = coalesce(deleted_at, ?) WHERE store = ?", at, uuid());
        }

        private void made(List<CheckpointId> lineage) throws SQLException {
            var origin = fact.recorded().origin();
            run(
                    "INSERT INTO who_sandbox (sandbox, organization, created_at, created_by, lineage)"
                            + " VALUES (?, ?, ?, ?, ?::uuid[])",
                    id(),
                    origin.organization().value(),
                    at,
                    origin.keyId(),
                    lineage.stream().map(CheckpointId::value).toList());
        }

        private void layered(Trace.Layered layered) throws SQLException {
            run(
                    "UPDATE who_sandbox SET layered_by = ?, lost = ?, remembered = ? WHERE sandbox = ?",
                    fact.sequence(),
                    layered.lost(),
                    layered.remembered(),
                    id());
            for (var i = 0; i < layered.layers().size(); i++) {
                var layer = layered.layers().get(i);
                run(
                        "INSERT INTO who_layer VALUES (?, ?, ?, ?)",
                        id(),
                        i,
                        layer.store().value(),
                        layer.name().value());
            }
        }

        private void sealed(Set<SecretName> names, boolean own) throws SQLException {
            for (var name : names) {
                run("INSERT INTO who_token VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", name.value(), id(), own, at);
            }
        }

        /** The first event of a sort counts: a sandbox starts once, and ends once. */
        private void life(String column) throws SQLException {
            run("UPDATE who_sandbox SET " + column + " = coalesce(" + column + ", ?) WHERE sandbox = ?", at, id());
        }

        private void run(String sql, Object... values) throws SQLException {
            Sql.run(connection, sql, values);
        }

        /** The entity's id without its type. */
        private String id() {
            return fact.entity().substring(fact.entity().indexOf('|') + 1);
        }

        private UUID uuid() {
            return UUID.fromString(id());
        }
    }
}
