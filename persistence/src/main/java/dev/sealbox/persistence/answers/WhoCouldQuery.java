package dev.sealbox.persistence.answers;

import dev.sealbox.domain.audit.AuditAnswers.Question;
import dev.sealbox.domain.audit.AuditAnswers.WhoCould;
import dev.sealbox.domain.audit.Finding;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.persistence.database.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Asks the index who could use a secret: narrows by SQL to sandboxes that ran then with a token for the name, and judges
 * each by the rules of production.
 */
final class WhoCouldQuery {
    /** How long an answer waits for the index to reach the time that is asked about. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int CHUNK = 500;

    private final Database database;
    private final Clock clock;

    WhoCouldQuery(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    CompletionStage<WhoCould> ask(Scope scope, Question question) {
        // The index never comes so far in time.
        var hopeless = question.at().isAfter(clock.instant().plus(PATIENCE));
        return ask(scope, question, System.nanoTime() + (hopeless ? 0 : PATIENCE.toNanos()));
    }

    /** {@code deadline} is of {@link System#nanoTime}, since the wall clock may be set meanwhile. */
    private CompletionStage<WhoCould> ask(Scope scope, Question question, long deadline) {
        var last = System.nanoTime() - deadline >= 0;
        return database.ask("look who could use a secret", connection -> attempt(connection, scope, question, last))
                .thenCompose(found -> found.<CompletionStage<WhoCould>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> pause().thenCompose(over -> ask(scope, question, deadline))));
    }

    private static CompletableFuture<Void> pause() {
        return CompletableFuture.runAsync(
                () -> {}, CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Empty when the index has not come far enough and there is time left. */
    private Optional<WhoCould> attempt(Connection connection, Scope scope, Question question, boolean last)
            throws SQLException {
        var now = clock.instant();
        connection.setAutoCommit(false);
        connection.setReadOnly(true);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try {
            var progress = Progress.of(connection, now);
            return last || progress.reaches(question.at())
                    ? Optional.of(answer(progress, question, new Candidates(connection, scope, question)))
                    : Optional.empty();
        } finally {
            // The pool gives the connection back as it was; the transaction has to be ended before.
            connection.rollback();
        }
    }

    private static WhoCould answer(Progress progress, Question question, Candidates candidates) throws SQLException {
        var found = findings(question, candidates);
        var more = found.size() > question.limit();
        var page = more ? found.subList(0, question.limit()) : found;
        return new WhoCould(
                progress.upTo(),
                progress.offset(),
                progress.reaches(question.at()),
                List.copyOf(page),
                more ? Optional.of(page.getLast().sandbox().sandbox()) : Optional.empty());
    }

    /** At least one more than the page holds, if there are. */
    private static List<Finding> findings(Question question, Candidates candidates) throws SQLException {
        var found = new ArrayList<Finding>();
        var after = question.after().map(SandboxId::value).orElse("");
        while (found.size() <= question.limit()) {
            var chunk = candidates.after(after, CHUNK);
            chunk.forEach(candidate ->
                    candidate.judge(question.name(), question.host()).ifPresent(found::add));
            if (chunk.size() < CHUNK) {
                break;
            }
            after = chunk.getLast().sandbox().value();
        }
        return found;
    }
}
