package dev.sealbox.persistence.ledger;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.ledger.UseFilter;
import dev.sealbox.domain.ledger.UseLog;
import dev.sealbox.persistence.database.Database;
import java.util.concurrent.CompletionStage;

/** The ledger of all hosts, as far as it is in the database. Thread-safe. */
public record DatabaseUseLog(Database database) implements UseLog {

    @Override
    public CompletionStage<Page> uses(OrganizationId organization, UseFilter filter, long after, int limit) {
        return database.ask(
                "read the ledger of use", connection -> UseRows.page(connection, organization, filter, after, limit));
    }
}
