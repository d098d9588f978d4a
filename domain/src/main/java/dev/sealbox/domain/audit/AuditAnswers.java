package dev.sealbox.domain.audit;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Port: what the log answers about any moment. Thread-safe. Nothing that is answered holds a value or a token. */
public interface AuditAnswers {

    /** The largest number of events that a comparison lists. */
    int MAX_EVENTS = 1_000;

    /** The largest number of sandboxes in one page of who could. */
    int MAX_FINDINGS = 1_000;

    /**
     * The first of {@code meant} that is in the log, as it was at {@code moment}.
     *
     * <p>A time that is yet to come means now; a number that is not reached is refused.
     */
    CompletionStage<Outcome<Replayed>> replay(Scope scope, List<Subject> meant, Moment moment);

    /** What changed after {@code from}, up to and with {@code to}. */
    CompletionStage<Outcome<Comparison>> compare(Scope scope, List<Subject> meant, Moment from, Moment to);

    /** Every sandbox that at one time could have used a secret on a host. */
    CompletionStage<WhoCould> whoCould(Scope scope, Question question);

    /**
     * A subject at one moment.
     *
     * @param sequence the last event until then
     * @param at when that event counts from
     * @param state a portrait, see {@link Portraits}
     */
    record Replayed(Subject subject, long sequence, Instant at, Map<String, Object> state) {}

    /**
     * What changed.
     *
     * @param events the first {@link #MAX_EVENTS} between
     * @param omitted how many more there are
     */
    record Comparison(Replayed from, Replayed to, List<Difference> differences, List<Happening> events, long omitted) {}

    /** An event without its contents. */
    record Happening(long sequence, Instant at, String kind, Origin origin) {}

    /**
     * What is asked about a secret.
     *
     * @param limit the largest number of sandboxes in the answer
     * @param after the last sandbox of the page before
     */
    record Question(SecretName name, HostName host, Instant at, int limit, Optional<SandboxId> after) {}

    /**
     * The answer.
     *
     * @param upTo the time up to which the index behind the answer had every acknowledged event
     * @param offset the last event of the whole log that the index had
     * @param complete whether {@code upTo} reaches the time that was asked about
     * @param findings ordered by sandbox
     * @param next where the next page begins; empty on the last
     */
    record WhoCould(Instant upTo, long offset, boolean complete, List<Finding> findings, Optional<SandboxId> next) {}
}
