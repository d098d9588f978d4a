package dev.sealbox.domain.usage;

import dev.sealbox.domain.InvalidValue;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** From {@code from} up to and without {@code to}. */
public record UsageWindow(Instant from, Instant to) {
    /** Of a report of all sandboxes (SEMANTICS 14). */
    public static final Duration LONGEST = Duration.ofDays(90);

    /** Of a report of one sandbox (SEMANTICS 14). */
    public static final Duration LONGEST_OF_ONE = Duration.ofDays(30);

    /**
     * What a person asks for: dates, which are in UTC, or times.
     *
     * @param usual how long it is when its beginning is not said; its end is then now
     * @throws InvalidValue for what is no time, and for a window that is empty or longer than {@code longest}
     */
    public static UsageWindow of(
            Optional<String> from, Optional<String> to, Duration usual, Duration longest, Instant now) {
        var end = to.map(text -> time("to", text)).orElse(now);
        var begin = from.map(text -> time("from", text)).orElse(end.minus(usual));
        if (!begin.isBefore(end)) {
            throw new InvalidValue("from must be before to");
        }
        if (Duration.between(begin, end).compareTo(longest) > 0) {
            throw new InvalidValue("the window must not be longer than " + longest.toDays() + " days");
        }
        return new UsageWindow(begin, end);
    }

    private static Instant time(String what, String text) {
        try {
            return text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new InvalidValue(what + " must be a date or a time such as 2026-01-31T12:00:00Z");
        }
    }
}
