package dev.sealbox.domain.ledger;

import dev.sealbox.domain.InvalidValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What was decided about a request. */
public enum Ruling {
    /**
     * It may use a secret, and its first byte is about to go out. Only kept where requests wait for their records: one
     * that has no other record of the same request was under way when the node was killed.
     */
    BEGUN,
    /** A secret's value was put into it, and went out as far as the connection lasted. */
    USED,
    /** Nothing went out: there was no connection, or no secret was used after all by a request that had begun. */
    UNSENT,
    /** A TCP connection was passed through as it is, without any secret; noted when it is over. */
    PASSED,
    /** A token of the sandbox's own was passed on as it is, since its secret cannot be used there. */
    UNUSABLE,
    /** The proxy answered it itself, or cut it. */
    REFUSED,
    /** The same, and somebody should look: it held a token that is none of this sandbox's. */
    ALARM;

    /** Whether equal ones in a short time may be counted together; the others are each kept. */
    public boolean isCounted() {
        return this == UNUSABLE || this == REFUSED || this == ALARM;
    }

    /** Stable, part of the API. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a {@link #word}.
     *
     * @throws InvalidValue with the words that there are
     */
    public static Ruling parse(String word) {
        return Arrays.stream(values())
                .filter(ruling -> ruling.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new InvalidValue("decision is one of "
                        + Arrays.stream(values()).map(Ruling::word).collect(Collectors.joining(", "))));
    }
}
