package dev.sealbox.persistence.entity;

import akka.persistence.typed.javadsl.RetentionCriteria;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletionException;

/** How events are noted down. */
final class Records {
    private Records() {}

    /** Adds who and when; the time to the millisecond, as clients see it. */
    static <E> List<Recorded<E>> of(List<E> events, Origin origin, Clock clock) {
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return events.stream().map(event -> new Recorded<>(event, origin, now)).toList();
    }

    /** Events stay for ever; a snapshot only shortens the way. */
    static RetentionCriteria retention(EntitySettings settings) {
        return RetentionCriteria.snapshotEvery(settings.snapshotEvery(), settings.snapshotsKept());
    }

    /** What a failure says, without its wrappers. */
    static String reason(Throwable failure) {
        var cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
