package dev.sealbox.domain.sealing;

import dev.sealbox.domain.InvalidValue;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * What a sandbox sees in a secret's place: {@code osb_sealed_} and 32 lower-case hex digits, 43 characters.
 *
 * <p>Not a bearer value: what it means is decided by the sandbox that a connection comes from.
 */
public record SealedToken(String value) {
    /** What shows, in whatever mixture of cases, that something was meant to be a token, or was one. */
    public static final String BEGINNING = "osb_sealed";

    public static final String PREFIX = "osb_sealed_";

    /** How many lower-case hex digits follow the prefix. */
    public static final int DIGITS = 32;

    public static final int LENGTH = PREFIX.length() + DIGITS;

    private static final Pattern FORM = Pattern.compile(PREFIX + "[0-9a-f]{" + DIGITS + "}");

    public SealedToken {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValue("not a sealed token");
        }
    }

    /** Draws 128 bits from {@code random}, which must be cryptographically strong. */
    public static SealedToken random(RandomGenerator random) {
        var bits = new byte[16];
        random.nextBytes(bits);
        return new SealedToken(PREFIX + HexFormat.of().formatHex(bits));
    }

    @Override
    public String toString() {
        return value;
    }
}
