package dev.sealbox.benchmarks.egress;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.OptionalLong;

/**
 * Tokens and values that load generator and upstream can work out for themselves. A value tells its version and proves
 * that it is whole; token and value differ in length, so that a proxy that kept the old length is found out.
 */
final class Secrets {
    private static final String BEGINNING = "sk-live-";
    private static final int DIGITS = 8;

    private Secrets() {}

    /** The token of the secret with that number. */
    static String token(int number) {
        return "osb_sealed_" + digest("token " + number).substring(0, 32);
    }

    static String value(int number, long version) {
        var told = "%04d-%08d-".formatted(number, version);
        return BEGINNING + told + digest("value " + told).substring(0, 24);
    }

    /** The version of that value of the first secret; empty when it is none. */
    static OptionalLong version(String value) {
        int from = BEGINNING.length() + 5;
        if (value.length() < from + DIGITS || !value.startsWith(BEGINNING)) {
            return OptionalLong.empty();
        }
        var digits = value.substring(from, from + DIGITS);
        return digits.chars().allMatch(Character::isDigit) && value.equals(value(0, Long.parseLong(digits)))
                ? OptionalLong.of(Long.parseLong(digits))
                : OptionalLong.empty();
    }

    private static String digest(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }
}
