package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the server's log answers about any moment. A moment is a time as RFC 3339 text, or the number of an event. Entities
 * are {@code sb-…}, a UUID, or {@code secret-store:}, {@code sandbox:}, {@code checkpoint:}, {@code organization:} with an
 * id. Thread-safe.
 */
public final class AuditAnswers {
    private static final TypeReference<Replay> REPLAY = new TypeReference<>() {};
    private static final TypeReference<Comparison> COMPARISON = new TypeReference<>() {};
    private static final TypeReference<WhoCould> WHO_COULD = new TypeReference<>() {};

    private final Requests requests;

    AuditAnswers(Requests requests) {
        this.requests = requests;
    }

    /** What {@code entity} was at a moment: metadata, never values. */
    public Replay replay(String entity, String at) {
        return requests.get(entity(entity) + "?at=" + Requests.escaped(at), REPLAY);
    }

    /** What changed after {@code from}, up to and with {@code to}. */
    public Comparison compare(String entity, String from, String to) {
        return requests.get(
                entity(entity) + "?from=" + Requests.escaped(from) + "&to=" + Requests.escaped(to), COMPARISON);
    }

    /** The first 1,000 sandboxes that at {@code at} could have used the secret on the host; ask on with {@code next}. */
    public WhoCould whoCould(String name, String host, Instant at) {
        return whoCould(name, host, at, Optional.empty());
    }

    /** The page after the sandbox {@code after}. */
    public WhoCould whoCould(String name, String host, Instant at, Optional<String> after) {
        return requests.get(
                "/audit/who-could?name=" + Requests.escaped(name) + "&host=" + Requests.escaped(host) + "&at="
                        + Requests.escaped(at.toString())
                        + after.map(sandbox -> "&after=" + Requests.escaped(sandbox))
                                .orElse(""),
                WHO_COULD);
    }

    private static String entity(String entity) {
        return "/audit/replay/" + Requests.escaped(entity);
    }

    /** An entity after its event {@code sequence}. */
    public record Replay(String entity, long sequence, String at, Map<String, Object> state) {}

    /** An event of an entity and its time. */
    public record Point(long sequence, String at) {}

    /** {@code path} is a JSON pointer, {@code change} one of added, removed, changed. */
    public record Change(
            String path,
            String change,
            @Nullable Object before,
            @Nullable Object after) {}

    /** An event without its contents. */
    public record Event(
            long sequence,
            String at,
            String kind,
            String organization,
            String actor,
            String address,
            String requestId) {}

    /** What changed; {@code omittedEvents} more events than listed lie between. */
    public record Comparison(
            String entity, Point from, Point to, List<Change> changes, List<Event> events, long omittedEvents) {}

    /**
     * Who could use a secret.
     *
     * @param upTo what the answer takes into account
     * @param complete false when {@code upTo} does not reach {@code at}: ask again
     * @param next set when there are more sandboxes
     */
    public record WhoCould(
            String name,
            String host,
            String at,
            String upTo,
            long offset,
            boolean complete,
            List<Finding> sandboxes,
            @Nullable String next) {}

    /**
     * A sandbox that could have used it.
     *
     * @param status running, or stopping
     * @param token own when it stands in the environment, inherited when only in files made before a checkpoint
     * @param layers first to last
     * @param forkedFrom newest first
     */
    public record Finding(
            String sandboxID,
            String organization,
            String status,
            String createdAt,
            String createdBy,
            String startedAt,
            String token,
            List<String> egressAllowlist,
            Secret secret,
            List<Layer> layers,
            Cause layeredBy,
            List<Ancestor> forkedFrom) {}

    /** The secret as the winning layer gave it; {@code kept} when its store was deleted by then. */
    public record Secret(
            String store, String storeName, int version, List<String> allowedHosts, boolean kept, Cause givenBy) {}

    /** {@code presence} is one of present, deleted, unknown. */
    public record Layer(
            String store,
            String name,
            String presence,
            List<String> egressAllowlist,
            @Nullable Integer version,
            boolean wins) {}

    /** The event that made something so. */
    public record Cause(
            String entity, long sequence, @Nullable String at) {}

    /** A checkpoint that a sandbox stands on. */
    public record Ancestor(
            String checkpoint,
            @Nullable String name,
            @Nullable String sandboxID) {}
}
