package dev.sealbox.domain.webhook;

import dev.sealbox.domain.InvalidValue;
import java.util.List;

/** Which types of event a webhook is told of: exact ones, and {@code prefix.*}. Without any, of all. */
public record EventFilter(List<Pattern> patterns) {
    public static final EventFilter ALL = new EventFilter(List.of());

    /** Far more than there are types. */
    private static final int MOST = 50;

    public EventFilter {
        patterns = List.copyOf(patterns);
    }

    /** One type, or all that begin alike. */
    public record Pattern(String text) {
        boolean matches(EventType type) {
            return text.endsWith(".*")
                    ? type.word().startsWith(text.substring(0, text.length() - 1))
                    : type.word().equals(text);
        }
    }

    /**
     * Of what people write, dropping repeats.
     *
     * @throws InvalidValue for what no event can be
     */
    public static EventFilter parse(List<String> texts) {
        if (texts.size() > MOST) {
            throw new InvalidValue("more than " + MOST + " eventTypes");
        }
        var patterns = texts.stream().distinct().map(Pattern::new).toList();
        if (!patterns.stream().allMatch(EventType::anyMatches)) {
            throw new InvalidValue("eventTypes names an unknown type; types are such as " + EventType.STOPPED.word()
                    + ", or sandbox.*");
        }
        return new EventFilter(patterns);
    }

    public boolean accepts(EventType type) {
        return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(type));
    }

    /** The type of a sample for whoever has this filter. */
    public EventType sample() {
        if (accepts(EventType.TEST)) {
            return EventType.TEST;
        }
        for (var type : EventType.values()) {
            if (accepts(type)) {
                return type;
            }
        }
        return EventType.TEST;
    }

    public List<String> texts() {
        return patterns.stream().map(Pattern::text).toList();
    }
}
