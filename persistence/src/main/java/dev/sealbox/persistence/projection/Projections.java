package dev.sealbox.persistence.projection;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.cluster.sharding.typed.ShardedDaemonProcessSettings;
import akka.cluster.sharding.typed.javadsl.ShardedDaemonProcess;
import akka.persistence.jdbc.query.javadsl.JdbcReadJournal;
import akka.persistence.query.Offset;
import akka.persistence.query.Sequence;
import akka.projection.ProjectionBehavior;
import akka.projection.ProjectionId;
import akka.projection.eventsourced.EventEnvelope;
import akka.projection.eventsourced.javadsl.EventSourcedProvider;
import akka.projection.javadsl.SourceProvider;
import akka.projection.jdbc.javadsl.JdbcHandler;
import akka.projection.jdbc.javadsl.JdbcProjection;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.entity.EntityKinds;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Runs read models: for each kind of entity one process, on one of the nodes with the right role, that brings the
 * events in groups. The table and how far it has come change in the same transaction.
 */
public final class Projections {
    private static final int GROUP = 200;
    private static final Duration GROUP_WAIT = Duration.ofMillis(20);
    private static final Duration MIN_BACKOFF = Duration.ofMillis(200);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final Database database;
    private final String role;

    public Projections(ActorSystem<?> system, Database database, String role) {
        this.system = system;
        this.database = database;
        this.role = role;
    }

    /** As {@link #start(String, List, ReadModel)} for all kinds of entity. */
    public void start(String name, ReadModel model) {
        start(name, EntityKinds.ALL, model);
    }

    /**
     * Starts a read model, or takes it up where it stopped; call it once per name on every node.
     *
     * @param name stored with how far it has come: another name starts from the first event
     * @param kinds the {@code TYPE}s of entity whose events the model takes
     */
    public void start(String name, List<String> kinds, ReadModel model) {
        ShardedDaemonProcess.get(system)
                .init(
                        ProjectionBehavior.Command.class,
                        name,
                        kinds.size(),
                        index -> follower(name, kinds.get(index), model),
                        ShardedDaemonProcessSettings.create(system).withRole(role),
                        Optional.of(ProjectionBehavior.stopMessage()));
    }

    private Behavior<ProjectionBehavior.Command> follower(String name, String kind, ReadModel model) {
        SourceProvider<Offset, EventEnvelope<Recorded<?>>> events =
                EventSourcedProvider.eventsByTag(system, JdbcReadJournal.Identifier(), kind);
        return ProjectionBehavior.create(JdbcProjection.groupedWithin(
                        ProjectionId.of(name, kind), events, this::session, () -> new Taking(model), system)
                .withGroup(GROUP, GROUP_WAIT)
                .withRestartBackoff(MIN_BACKOFF, MAX_BACKOFF, 0.2));
    }

    private ProjectionSession session() {
        try {
            return new ProjectionSession(database.connection());
        } catch (SQLException e) {
            throw new IllegalStateException("no connection for a read model", e);
        }
    }

    private static final class Taking extends JdbcHandler<List<EventEnvelope<Recorded<?>>>, ProjectionSession> {
        private final ReadModel model;

        private Taking(ReadModel model) {
            this.model = model;
        }

        @Override
        public void process(ProjectionSession session, List<EventEnvelope<Recorded<?>>> envelopes) throws SQLException {
            model.take(
                    session.connection(), envelopes.stream().map(Taking::fact).toList());
        }

        private static Fact fact(EventEnvelope<Recorded<?>> envelope) {
            return new Fact(
                    ((Sequence) envelope.offset()).value(),
                    envelope.persistenceId(),
                    envelope.sequenceNr(),
                    envelope.event());
        }
    }
}
