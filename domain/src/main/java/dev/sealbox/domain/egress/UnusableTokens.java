package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;
import java.util.Arrays;
import java.util.Locale;

/** What becomes of a request that holds a token of the sandbox's own whose secret cannot be used there. */
public enum UnusableTokens {
    /** The token goes on as it is (SEMANTICS 3.9, 6.7). */
    PASS,
    /** The request is refused. */
    REFUSE;

    /** Stable, part of the API. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a {@link #word}.
     *
     * @throws InvalidValue for any other
     */
    public static UnusableTokens parse(String word) {
        return Arrays.stream(values())
                .filter(choice -> choice.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new InvalidValue("unusableTokens is pass or refuse"));
    }
}
