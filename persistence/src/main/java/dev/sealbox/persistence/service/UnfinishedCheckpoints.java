package dev.sealbox.persistence.service;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.persistence.database.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Checkpoints that a crash has left half taken or half deleted, found in the journal: a sandbox that has ended, or has
 * forgotten its checkpoint, does not lead to them.
 */
public final class UnfinishedCheckpoints {
    private static final String QUERY = """
            SELECT id FROM (
              SELECT substr(j.persistence_id, strpos(j.persistence_id, '|') + 1) AS id,
                     bool_or(j.event_ser_manifest LIKE 'checkpoint.deleted.%') AS deleted,
                     bool_or(j.event_ser_manifest LIKE 'checkpoint.layer-discarded.%') AS discarded,
                     bool_or(j.event_ser_manifest LIKE 'checkpoint.ready.%'
                          OR j.event_ser_manifest LIKE 'checkpoint.failed.%') AS settled
                FROM event_tag t JOIN event_journal j ON j.ordering = t.event_id
               WHERE t.tag = 'checkpoint'
               GROUP BY j.persistence_id) checkpoints
             WHERE NOT discarded AND (deleted OR NOT settled)""";

    private final Database database;

    public UnfinishedCheckpoints(Database database) {
        this.database = database;
    }

    CompletionStage<List<CheckpointId>> all() {
        return database.ask("list unfinished checkpoints", connection -> {
            try (var query = connection.prepareStatement(QUERY);
                    var rows = query.executeQuery()) {
                var found = new ArrayList<CheckpointId>();
                while (rows.next()) {
                    found.add(CheckpointId.parse(rows.getString(1)));
                }
                return List.copyOf(found);
            }
        });
    }
}
