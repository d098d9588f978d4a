package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.AuditHead;
import dev.sealbox.domain.audit.Notary;
import dev.sealbox.persistence.database.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;

/** Writes what is new into heads, and all heads into this node's file. One round at a time. */
final class Heads {
    private static final int COPIED = 1_000;

    private final Database database;
    private final HeadWriter writer;
    private final HeadFile file;

    Heads(Database database, Notary notary, HeadFile file, Clock clock) {
        this.database = database;
        this.writer = new HeadWriter(database, notary, clock);
        this.file = file;
    }

    /** Blocks until everything that was committed before has a head, here or by another node, and is in the file. */
    synchronized void write() {
        while (writer.write().isPresent()) {
            // A head takes only so many events; the next one takes the rest.
        }
        copy();
    }

    private void copy() {
        try {
            for (var heads = after(file.last()); !heads.isEmpty(); heads = after(file.last())) {
                file.append(heads);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the file of heads", e);
        }
    }

    private List<AuditHead> after(long number) {
        return database.now("read the heads of the log", connection -> HeadRows.after(connection, number, COPIED));
    }
}
