package dev.sealbox.domain.audit;

import dev.sealbox.domain.InvalidValue;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which events are asked for: those that meet every condition.
 *
 * @param subjects any of them; empty means all
 * @param kind a kind, or the beginning of kinds with {@code *} after the point
 * @param actor an API key's id
 * @param from the first moment
 * @param until the first moment after
 */
public record EventFilter(
        List<Subject> subjects,
        Optional<String> kind,
        Optional<String> actor,
        Optional<Instant> from,
        Optional<Instant> until) {

    public static final EventFilter ALL =
            new EventFilter(List.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private static final Pattern KIND = Pattern.compile("[a-z]{1,32}\\.(\\*|[a-z-]{1,64})");
    private static final Pattern ACTOR = Pattern.compile("[A-Za-z0-9_.:-]{1,128}");

    /**
     * Checks the parts.
     *
     * @throws InvalidValue with what a part has to look like
     */
    public EventFilter {
        kind.filter(text -> !KIND.matcher(text).matches()).ifPresent(text -> {
            throw new InvalidValue("kind is like store.secret-set or store.*");
        });
        actor.filter(text -> !ACTOR.matcher(text).matches()).ifPresent(text -> {
            throw new InvalidValue("actor is the id of an API key");
        });
        from.ifPresent(first -> until.filter(last -> !first.isBefore(last)).ifPresent(last -> {
            throw new InvalidValue("from must lie before until");
        }));
    }
}
