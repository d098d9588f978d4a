package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.Notary;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Verdict;
import dev.sealbox.persistence.database.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Checks the log as it was at one moment, while others go on writing. Memory is bounded: rows come a few hundred at a
 * time.
 */
final class Verification {
    private final Database database;
    private final Notary notary;
    private final HeadFile file;

    Verification(Database database, Notary notary, HeadFile file) {
        this.database = database;
        this.notary = notary;
        this.file = file;
    }

    /** Blocks until all is checked. */
    Verdict run(Scope scope) {
        // The file first: what it has by now, the database has, too.
        try (var lines = file.read()) {
            var last = file.last();
            return database.now("verify the log", connection -> atOneMoment(connection, scope, lines, last));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the file of heads", e);
        }
    }

    private Verdict atOneMoment(Connection connection, Scope scope, HeadFile.Reader lines, long last)
            throws SQLException {
        var isolation = connection.getTransactionIsolation();
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        try {
            return verdict(connection, scope, lines, last);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the file of heads", e);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
            connection.setReadOnly(false);
            connection.setTransactionIsolation(isolation);
        }
    }

    private Verdict verdict(Connection connection, Scope scope, HeadFile.Reader lines, long last)
            throws SQLException, IOException {
        var findings = new Findings();
        var scoped = new Scoped(connection, scope);
        var upTo = highest(connection);
        var events = new EventCheck(findings);
        events.run(scoped);
        var heads = new HeadCheck(notary, findings, lines, last);
        heads.run(connection);
        new CoverCheck(findings).run(scoped);
        return new Verdict(
                events.events(),
                events.entities(),
                heads.heads(),
                heads.anchored(),
                upTo,
                findings.kept(),
                findings.omitted());
    }

    private static long highest(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("SELECT coalesce(max(ordering), 0) FROM event_journal");
                var rows = query.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
