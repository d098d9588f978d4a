package dev.sealbox.domain.usage;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.audit.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/** From {@code from} up to and without {@code to}. */
public record UsageWindow(Instant from, Instant to) {
    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

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

    /** Within the years that databases know, as {@link Moment#time} has it. */
    private static Instant time(String what, String text) {
        return Moment.time(what, DATE.matcher(text).matches() ? text + "T00:00:00Z" : text);
    }
}
