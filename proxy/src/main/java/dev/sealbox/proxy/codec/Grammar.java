package dev.sealbox.proxy.codec;

/** Which characters may stand where, in whatever version of HTTP. */
public final class Grammar {
    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c = '0'; c <= 'z'; c++) {
            TOKEN[c] = Character.isLetterOrDigit(c);
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    private Grammar() {}

    public static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 128 || !TOKEN[c]) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** No controls, no spaces, no backslash (some servers read it as a slash), no fragment. */
    public static boolean isTarget(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == 0x7f || c == '\\' || c == '#') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Splits a field line. */
    static Field field(String line) {
        int colon = line.indexOf(':');
        if (colon < 1 || !isToken(line.substring(0, colon))) {
            throw new BadMessage("a header field without a proper name");
        }
        int from = colon + 1;
        int end = line.length();
        while (from < end && isBlank(line.charAt(from))) {
            from++;
        }
        while (end > from && isBlank(line.charAt(end - 1))) {
            end--;
        }
        var value = line.substring(from, end);
        if (!isValue(value)) {
            throw new BadMessage("a control character in a header field");
        }
        return new Field(line.substring(0, colon), value);
    }

    /** No controls but tabs. */
    public static boolean isValue(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
