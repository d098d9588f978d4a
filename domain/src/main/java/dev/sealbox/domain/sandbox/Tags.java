package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.InvalidValue;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Words that the owner of a sandbox hangs on it, by key; usage is reported by them (SEMANTICS 13.3).
 *
 * @param byKey at most {@value #MOST}
 */
public record Tags(Map<String, String> byKey) {
    public static final int MOST = 50;
    public static final int LONGEST_VALUE = 256;
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_.:-]{1,128}");

    /** Keys that begin so belong to the server. */
    private static final String RESERVED = "oc:";

    /**
     * Refuses what breaks a limit.
     *
     * @throws InvalidValue with the limit that is broken
     */
    public Tags {
        byKey = Map.copyOf(byKey);
        if (byKey.size() > MOST) {
            throw new InvalidValue("a sandbox has at most " + MOST + " tags");
        }
        byKey.forEach(Tags::check);
    }

    private static void check(String key, String value) {
        checkKey(key);
        if (key.startsWith(RESERVED)) {
            throw new InvalidValue("the key of a tag must not begin with " + RESERVED);
        }
        checkValue(value);
    }

    /**
     * What can be the key of a tag at all, a reserved one included.
     *
     * @throws InvalidValue for anything else
     */
    public static void checkKey(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new InvalidValue("the key of a tag must be 1 to 128 characters of A-Z a-z 0-9 _ . : -");
        }
    }

    /**
     * What can be the value of a tag. No control characters: reports are read by people, and PostgreSQL takes no zeros.
     *
     * @throws InvalidValue for anything else
     */
    public static void checkValue(String value) {
        if (value.length() > LONGEST_VALUE) {
            throw new InvalidValue("the value of a tag must be at most " + LONGEST_VALUE + " characters");
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidValue("the value of a tag must not hold control characters");
        }
    }
}
