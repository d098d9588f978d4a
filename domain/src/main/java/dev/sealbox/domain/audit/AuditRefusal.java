package dev.sealbox.domain.audit;

import dev.sealbox.domain.Refusal;
import java.time.Instant;
import java.util.Map;

/** Why the log does not answer. */
public sealed interface AuditRefusal extends Refusal {

    /** Also the answer about a subject of another organisation. */
    record NoSuchSubject() implements AuditRefusal {}

    /** The moment lies before the subject's first event. */
    record BeforeFirstEvent(Instant first) implements AuditRefusal {}

    /** The subject has fewer events than the number that was asked for. */
    record NotReached(long last) implements AuditRefusal {}

    /** A comparison whose end lies before its beginning. */
    record Backwards() implements AuditRefusal {}

    /** As many verifications as this node does at a time are under way. */
    record VerificationsUnderWay() implements AuditRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NoSuchSubject refusal -> Kind.NOT_FOUND;
            case BeforeFirstEvent refusal -> Kind.NOT_FOUND;
            case NotReached refusal -> Kind.NOT_FOUND;
            case Backwards refusal -> Kind.INVALID;
            case VerificationsUnderWay refusal -> Kind.EXHAUSTED;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NoSuchSubject refusal -> "audit.not-found";
            case BeforeFirstEvent refusal -> "audit.before-first-event";
            case NotReached refusal -> "audit.not-reached";
            case Backwards refusal -> "audit.backwards";
            case VerificationsUnderWay refusal -> "audit.busy";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NoSuchSubject() -> "nothing of that name is in the log";
            case BeforeFirstEvent(var first) -> "it did not exist yet: its first event is of " + first;
            case NotReached(var last) -> "it has only " + last + " events";
            case Backwards() -> "from lies after to";
            case VerificationsUnderWay() -> "the log is being verified already; try again later";
        };
    }

    @Override
    default Map<String, Object> details() {
        return switch (this) {
            case NoSuchSubject refusal -> Map.of();
            case BeforeFirstEvent(var first) -> Map.of("firstEventAt", first.toString());
            case NotReached(var last) -> Map.of("lastSequence", last);
            case Backwards refusal -> Map.of();
            case VerificationsUnderWay refusal -> Map.of();
        };
    }
}
