package dev.sealbox.persistence.projection;

import akka.NotUsed;
import akka.persistence.jdbc.config.ReadJournalConfig;
import akka.persistence.jdbc.query.dao.DefaultReadJournalDao;
import akka.serialization.Serialization;
import akka.stream.Materializer;
import akka.stream.javadsl.Source;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import scala.concurrent.ExecutionContext;
import slick.jdbc.JdbcBackend;
import slick.jdbc.JdbcProfile;

/**
 * The journal as read models see it: they pass a gap in the numbering only when nobody can fill it any more.
 *
 * <p>The plugin's own rule is a time limit. Too short, it misses the events of a transaction that committed late, for
 * ever; too long, each number that a failed write used up stops all read models for that long. {@link Settling} knows.
 * Named in {@code sealbox-journal.conf}, made by the plugin.
 */
public final class SettledReadJournal extends DefaultReadJournalDao {
    private static final ExecutorService THREADS = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("sealbox-read-journal-", 0).factory());

    private final Settling settling = new Settling();

    public SettledReadJournal(
            JdbcBackend.DatabaseDef db,
            JdbcProfile profile,
            ReadJournalConfig config,
            Serialization serialization,
            ExecutionContext threads,
            Materializer materializer) {
        super(db, profile, config, serialization, threads, materializer);
    }

    /** The numbers after {@code offset}: those of events, and those that no event will ever have. */
    @Override
    public akka.stream.scaladsl.Source<Object, NotUsed> journalSequence(long offset, long limit) {
        return Source.lazyCompletionStage(() -> CompletableFuture.supplyAsync(() -> numbers(offset, limit), THREADS))
                .<Object>mapConcat(List::<Object>copyOf)
                .mapMaterializedValue(later -> NotUsed.getInstance())
                .asScala();
    }

    private List<Long> numbers(long offset, long limit) {
        try (var connection = db().source().createConnection()) {
            return settling.after(connection, offset, limit);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot tell which events are settled", e);
        }
    }
}
