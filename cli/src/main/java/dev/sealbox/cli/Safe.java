package dev.sealbox.cli;

/** Text of others as a terminal may show it: nothing in it moves the cursor, changes a colour or turns the writing round. */
final class Safe {
    private Safe() {}

    /** One line. */
    static String line(String text) {
        return shown(text, false);
    }

    /** Several lines; line ends and tabs stay. */
    static String lines(String text) {
        return shown(text, true);
    }

    private static String shown(String text, boolean keepsLines) {
        var shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (keepsLines && (c == '\n' || c == '\t')) {
                shown.appendCodePoint(c);
            } else if (isHarmless(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append(c <= 0xFF ? "\\x%02x".formatted(c) : "\\u%04x".formatted(c));
            }
        });
        return shown.toString();
    }

    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
