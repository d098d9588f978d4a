package dev.sealbox.domain.webhook;

import java.util.Arrays;
import java.util.Locale;

/** What webhooks tell of. The words are the contract's; some of them name what does not happen here yet. */
public enum EventType {
    CREATED,
    READY,
    HIBERNATED,
    RESUMED,
    STOPPED,
    MIGRATED,
    CHECKPOINT_CREATED("checkpoint.created"),
    FORKED,
    SCALED,
    PREVIEW_URL_CHANGED("preview_url.changed"),
    /** A sample that somebody asked for. */
    TEST;

    private final String word;

    EventType() {
        this.word = "sandbox." + name().toLowerCase(Locale.ROOT);
    }

    EventType(String end) {
        this.word = "sandbox." + end;
    }

    /** Such as {@code sandbox.created}. */
    public String word() {
        return word;
    }

    static boolean anyMatches(EventFilter.Pattern pattern) {
        return Arrays.stream(values()).anyMatch(pattern::matches);
    }
}
