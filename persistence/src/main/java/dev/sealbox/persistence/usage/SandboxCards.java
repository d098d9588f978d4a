package dev.sealbox.persistence.usage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.persistence.entity.SandboxEntity;
import dev.sealbox.persistence.projection.Fact;
import dev.sealbox.persistence.projection.ReadModel;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps the table {@code sandbox_card} up to date: whose each sandbox is, its status and tags. Thread-safe. */
public final class SandboxCards implements ReadModel {
    /** The read model's name; how far it has come is stored under it. */
    public static final String NAME = "sandbox-cards";

    public static final List<String> KINDS = List.of(SandboxEntity.TYPE);

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String MADE = "INSERT INTO sandbox_card VALUES (?, ?, 'pending', '{}', NULL)";
    private static final String MOVED = "UPDATE sandbox_card SET status = ? WHERE sandbox = ?";
    private static final String TAGGED =
            "UPDATE sandbox_card SET tags = ?::jsonb, tags_updated_at = ? WHERE sandbox = ?";

    @Override
    public void take(Connection connection, List<Fact> facts) throws SQLException {
        for (var fact : facts) {
            if (fact.recorded().event() instanceof SandboxEvent event) {
                take(connection, fact, event);
            }
        }
    }

    private static void take(Connection connection, Fact fact, SandboxEvent event) throws SQLException {
        var sandbox = fact.entity().substring(fact.entity().indexOf('|') + 1);
        switch (event) {
            case SandboxEvent.SandboxCreated created ->
                run(
                        connection,
                        MADE,
                        sandbox,
                        fact.recorded().origin().organization().value());
            case SandboxEvent.TagsReplaced(var tags) ->
                run(connection, TAGGED, json(tags), fact.recorded().at().atOffset(ZoneOffset.UTC), sandbox);
            default -> {
                var status = statusAfter(event);
                if (status.isPresent()) {
                    run(connection, MOVED, status.get(), sandbox);
                }
            }
        }
    }

    private static Optional<String> statusAfter(SandboxEvent event) {
        return switch (event) {
            case SandboxEvent.SandboxStarted e -> Optional.of("running");
            case SandboxEvent.SandboxWoken e -> Optional.of("running");
            case SandboxEvent.SandboxRebooted e -> Optional.of("running");
            case SandboxEvent.SandboxHibernated e -> Optional.of("hibernated");
            case SandboxEvent.WakeFailed e -> Optional.of("hibernated");
            case SandboxEvent.StopRequested e -> Optional.of("stopped");
            case SandboxEvent.SandboxLost e -> Optional.of("error");
            default -> Optional.empty();
        };
    }

    private static String json(Map<String, String> tags) {
        try {
            return JSON.writeValueAsString(tags);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("tags are text", e);
        }
    }

    private static void run(Connection connection, String sql, Object... values) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            for (var i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
