package dev.sealbox.persistence.projection;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What keeps a table up to date with the events. One instance serves several kinds of entity at a time. Thread-safe. */
@FunctionalInterface
public interface ReadModel {

    /**
     * Notes down {@code facts}, events of one kind of entity in the order in which they happened, at least one.
     *
     * @param connection in a transaction that also holds how far the model has come: each event is taken exactly once,
     *     whatever crashes; neither commit nor close it
     * @throws SQLException or any other exception to have all of them brought again a little later
     */
    void take(Connection connection, List<Fact> facts) throws SQLException;
}
