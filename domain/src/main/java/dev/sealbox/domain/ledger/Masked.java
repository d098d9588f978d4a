package dev.sealbox.domain.ledger;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Texts that a sandbox chose, as the ledger keeps them: bounded, printable ASCII, and with a star in the place of a
 * token's digits, also where percent escapes hide it.
 */
final class Masked {
    private static final String PREFIX = "osb_sealed_";
    private static final Pattern TOKEN = Pattern.compile(PREFIX + "[0-9a-f]+", Pattern.CASE_INSENSITIVE);
    /** A text is cut before it is looked at, so that a long one costs no more than this. */
    private static final int LOOKED_AT = 4096;

    private Masked() {}

    static String text(String text, int most) {
        return text.length() <= most && isPlain(text) ? text : cut(masked(cut(text, LOOKED_AT)), most);
    }

    /** The usual case, told without making anything. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || c == '%' || text.regionMatches(true, i, PREFIX, 0, PREFIX.length())) {
                return false;
            }
        }
        return true;
    }

    private static String masked(String text) {
        var plain = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            int escaped = escaped(text, i);
            if (escaped >= 0) {
                plain.append((char) escaped);
                i += 2;
            } else {
                append(plain, text.charAt(i));
            }
        }
        return TOKEN.matcher(plain).replaceAll(PREFIX + "*");
    }

    /** The unreserved character that the percent escape at {@code i} stands for; negative if there is none. */
    private static int escaped(String text, int i) {
        if (text.charAt(i) != '%'
                || i + 2 >= text.length()
                || !HexFormat.isHexDigit(text.charAt(i + 1))
                || !HexFormat.isHexDigit(text.charAt(i + 2))) {
            return -1;
        }
        int c = HexFormat.fromHexDigits(text, i + 1, i + 3);
        boolean unreserved = c < 128 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
        return unreserved ? c : -1;
    }

    private static void append(StringBuilder plain, char c) {
        if (c > ' ' && c <= '~') {
            plain.append(c);
            return;
        }
        for (byte each : String.valueOf(c).getBytes(StandardCharsets.UTF_8)) {
            plain.append(String.format(Locale.ROOT, "%%%02X", each));
        }
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most);
    }
}
