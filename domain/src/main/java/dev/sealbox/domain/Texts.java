package dev.sealbox.domain;

/** Checks that several values share. */
public final class Texts {
    private Texts() {}

    /**
     * A label for people: {@code 1..max} characters, no control characters.
     *
     * @throws InvalidValue naming {@code what}
     */
    public static String label(String what, String text, int max) {
        if (text.isBlank()) {
            throw new InvalidValue(what + " is empty");
        }
        if (text.length() > max) {
            throw new InvalidValue(what + " is longer than " + max + " characters");
        }
        if (text.chars().anyMatch(Character::isISOControl) || !isWellFormed(text)) {
            throw new InvalidValue(what + " holds a control character");
        }
        return text;
    }

    private static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }
}
