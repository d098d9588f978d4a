package dev.sealbox.persistence.answers;

import dev.sealbox.domain.audit.AuditAnswers.Question;
import dev.sealbox.domain.audit.Candidate;
import dev.sealbox.domain.audit.Candidate.Ancestor;
import dev.sealbox.domain.audit.Candidate.Given;
import dev.sealbox.domain.audit.Candidate.Known;
import dev.sealbox.domain.audit.Candidate.Layer;
import dev.sealbox.domain.audit.Candidate.Life;
import dev.sealbox.domain.audit.Candidate.Presence;
import dev.sealbox.domain.audit.Candidate.TokenKind;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.StoreLayer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Sandboxes that ran at a moment with a token for a name, with all that decides what they could do with it. */
final class Candidates {
    private static final String RUNNING = """
            SELECT s.*, t.own, s.stopping_at <= ? AS stopping
              FROM who_sandbox s
              JOIN LATERAL (SELECT bool_or(own) AS own FROM who_token
                             WHERE name = ? AND sandbox = s.sandbox AND at <= ?) t ON t.own IS NOT NULL
             WHERE s.started_at IS NOT NULL AND tstzrange(s.started_at, s.ended_at) @> ?::timestamptz
               AND s.sandbox > ? AND (s.organization = ? OR ?)
             ORDER BY s.sandbox LIMIT ?""";

    /** A store that was deleted by then goes on being what it was last (SEMANTICS 8.6). */
    private static final String LAYERS = """
            SELECT l.*, s.store IS NOT NULL AS known, coalesce(s.deleted_at <= ?, FALSE) AS deleted,
                   a.hosts AS allowlist, coalesce(d.hosts, '{}') AS denylist, o.version, o.hosts, o.name_on AND o.version_on AS usable, o.sequence, o.at
              FROM who_layer l
              LEFT JOIN who_store s ON s.store = l.store AND s.since <= ?
              LEFT JOIN LATERAL (SELECT hosts FROM who_allowlist WHERE store = l.store AND at <= ?
                                  ORDER BY at DESC, sequence DESC LIMIT 1) a ON TRUE
              LEFT JOIN LATERAL (SELECT hosts FROM who_denylist WHERE store = l.store AND at <= ?
                                  ORDER BY at DESC, sequence DESC LIMIT 1) d ON TRUE
              LEFT JOIN LATERAL (SELECT * FROM who_secret WHERE store = l.store AND name = ? AND at <= ?
                                  ORDER BY at DESC, sequence DESC LIMIT 1) o ON TRUE
             WHERE l.sandbox = ANY(?) ORDER BY l.sandbox, l.position""";

    private final Connection connection;
    private final Scope scope;
    private final Question question;

    Candidates(Connection connection, Scope scope, Question question) {
        this.connection = connection;
        this.scope = scope;
        this.question = question;
    }

    /** At most {@code limit} of them, ordered by id, beginning after {@code after}. */
    List<Candidate> after(String after, int limit) throws SQLException {
        var at = question.at();
        var name = question.name().value();
        var only = scope.only().map(OrganizationId::value);
        var running = Sql.rows(
                connection, RUNNING, Running::of, at, name, at, at, after, only.orElse(""), only.isEmpty(), limit);
        var ids = running.stream().map(Running::sandbox).toList();
        var layers = ids.isEmpty() ? Map.<String, List<Placed>>of() : layers(ids);
        var ancestors = ancestors(running);
        return running.stream()
                .map(each -> each.candidate(layers.getOrDefault(each.sandbox(), List.of()), ancestors))
                .toList();
    }

    private Map<String, List<Placed>> layers(List<String> sandboxes) throws SQLException {
        var at = question.at();
        return Sql.rows(
                        connection,
                        LAYERS,
                        Placed::of,
                        at,
                        at,
                        at,
                        at,
                        question.name().value(),
                        at,
                        sandboxes)
                .stream()
                .collect(Collectors.groupingBy(Placed::sandbox));
    }

    private Map<UUID, Ancestor> ancestors(List<Running> running) throws SQLException {
        Set<UUID> wanted = new TreeSet<>();
        running.forEach(each -> wanted.addAll(each.lineage()));
        var found = new HashMap<UUID, Ancestor>();
        if (!wanted.isEmpty()) {
            Sql.rows(
                    connection,
                    "SELECT * FROM who_checkpoint WHERE checkpoint = ANY(?)",
                    row -> found.put(row.getObject("checkpoint", UUID.class), ancestor(row)),
                    wanted);
        }
        return found;
    }

    private static Ancestor ancestor(ResultSet row) throws SQLException {
        return new Ancestor(
                new CheckpointId(row.getObject("checkpoint", UUID.class)),
                Optional.of(row.getString("name")),
                Optional.of(new SandboxId(row.getString("source"))));
    }

    /** A row of {@link #RUNNING}. */
    private record Running(
            String sandbox,
            String organization,
            Life life,
            long layeredBy,
            boolean lost,
            List<HostPattern> remembered,
            TokenKind token,
            List<UUID> lineage) {

        private static Running of(ResultSet row) throws SQLException {
            return new Running(
                    row.getString("sandbox"),
                    row.getString("organization"),
                    new Life(
                            Sql.time(row, "created_at"),
                            row.getString("created_by"),
                            Sql.time(row, "started_at"),
                            row.getBoolean("stopping")),
                    row.getLong("layered_by"),
                    row.getBoolean("lost"),
                    hosts(row, "remembered"),
                    row.getBoolean("own") ? TokenKind.OWN : TokenKind.INHERITED,
                    List.of((UUID[]) row.getArray("lineage").getArray()));
        }

        private Candidate candidate(List<Placed> layers, Map<UUID, Ancestor> ancestors) {
            return new Candidate(
                    new SandboxId(sandbox),
                    new OrganizationId(organization),
                    life,
                    layeredBy,
                    layers.stream().map(Placed::layer).toList(),
                    lost,
                    remembered,
                    Optional.of(token),
                    lineage.stream()
                            .map(id -> Optional.ofNullable(ancestors.get(id))
                                    .orElseGet(() ->
                                            new Ancestor(new CheckpointId(id), Optional.empty(), Optional.empty())))
                            .toList());
        }
    }

    /** A row of {@link #LAYERS}. */
    private record Placed(String sandbox, Layer layer) {

        private static Placed of(ResultSet row) throws SQLException {
            var store = new StoreId(row.getObject("store", UUID.class));
            var layer = new StoreLayer(store, new StoreName(row.getString("name")));
            return new Placed(
                    row.getString("sandbox"),
                    new Layer(layer, row.getBoolean("known") ? Optional.of(known(row)) : Optional.empty()));
        }

        private static Known known(ResultSet row) throws SQLException {
            return new Known(
                    row.getBoolean("deleted") ? Presence.DELETED : Presence.PRESENT,
                    hosts(row, "allowlist"),
                    hosts(row, "denylist"),
                    given(row));
        }

        private static Optional<Given> given(ResultSet row) throws SQLException {
            var version = row.getInt("version");
            return row.wasNull()
                    ? Optional.empty()
                    : Optional.of(new Given(
                            version,
                            hosts(row, "hosts"),
                            row.getBoolean("usable"),
                            row.getLong("sequence"),
                            Sql.time(row, "at")));
        }
    }

    private static List<HostPattern> hosts(ResultSet row, String column) throws SQLException {
        return Stream.of((String[]) row.getArray(column).getArray())
                .map(HostPattern::parse)
                .toList();
    }
}
