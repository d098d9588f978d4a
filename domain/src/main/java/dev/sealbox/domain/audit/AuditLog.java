package dev.sealbox.domain.audit;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.OrganizationId;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: the log itself, its events and the proof that nobody has changed them. Thread-safe. */
public interface AuditLog {

    /** The largest number of events in a page. */
    int MAX_PAGE = 1_000;

    /**
     * The next events of an organisation that meet {@code filter}.
     *
     * @param after only events with a higher offset; 0 begins at the beginning
     * @param limit at the most {@link #MAX_PAGE}
     */
    CompletionStage<Page> events(OrganizationId organization, EventFilter filter, long after, int limit);

    /** Checks every event of the scope, and all heads; takes its time. Refused when too many of these are under way. */
    CompletionStage<Outcome<Verdict>> verify(Scope scope);

    /** The signed heads with higher numbers, ascending. */
    CompletionStage<List<AuditHead>> heads(long after, int limit);

    /** The key that heads are signed with, in PEM form. */
    String publicKey();

    /**
     * Some events.
     *
     * @param next ask for what comes after this offset next
     * @param complete whether these were the last ones at the time
     */
    record Page(List<AuditEntry> events, long next, boolean complete) {}
}
