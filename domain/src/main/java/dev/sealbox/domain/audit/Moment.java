package dev.sealbox.domain.audit;

import dev.sealbox.domain.InvalidValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;

/** A moment in one subject's history: a time, or after the event with a number. */
public sealed interface Moment {

    /** Everything that happened up to and at {@code time}. */
    record At(Instant time) implements Moment {}

    /** Everything up to and with the event of this number; 1 is the first. */
    record Sequence(long number) implements Moment {}

    /** Whether an event belongs to what had happened by this moment. */
    default boolean reaches(long sequence, Instant at) {
        return switch (this) {
            case At(var time) -> !at.isAfter(time);
            case Sequence(var number) -> sequence <= number;
        };
    }

    /**
     * Reads an ISO-8601 time with its zone, or a number from 1.
     *
     * @throws InvalidValue naming {@code what} if it is neither
     */
    static Moment parse(String what, String text) {
        return Text.DIGITS.matcher(text).matches() ? new Sequence(Long.parseLong(text)) : new At(time(what, text));
    }

    /**
     * Reads an ISO-8601 time with its zone.
     *
     * @throws InvalidValue naming {@code what} if it is none, or lies outside of the years 1970 to 9999
     */
    static Instant time(String what, String text) {
        try {
            var time = OffsetDateTime.parse(text).toInstant();
            if (!time.isBefore(Instant.EPOCH) && time.isBefore(Text.END)) {
                return time;
            }
        } catch (DateTimeException e) {
            // told below: the parser's own message quotes what it was given
        }
        throw new InvalidValue(what + " is no time such as 2026-01-31T12:00:00Z between 1970 and 9999");
    }

    /** The forms of text. */
    final class Text {
        private static final Pattern DIGITS = Pattern.compile("[1-9][0-9]{0,17}");
        private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

        private Text() {}
    }
}
