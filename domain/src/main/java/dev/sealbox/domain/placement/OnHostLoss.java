package dev.sealbox.domain.placement;

import dev.sealbox.domain.InvalidValue;
import java.util.Locale;

/** What becomes of a running sandbox whose host is gone for good. Stored for ever: add words, never change the meaning of one. */
public enum OnHostLoss {
    /** It is lost. */
    FAIL,
    /** It starts on another host from what was last kept of it: same id, same tokens, and without what came later. */
    RECREATE;

    /** The word that clients use. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads such a word.
     *
     * @throws InvalidValue for another one
     */
    public static OnHostLoss of(String word) {
        for (var each : values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw new InvalidValue("onHostLoss must be fail or recreate");
    }
}
