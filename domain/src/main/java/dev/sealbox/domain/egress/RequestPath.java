package dev.sealbox.domain.egress;

import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * A request's path, as everybody reads it: one that servers read in different ways is none.
 *
 * @param text begins with a slash; escapes of unreserved characters are decoded, others in upper case
 */
public record RequestPath(String text) {

    /**
     * The path of a request's target. Empty where there is none, and where servers disagree about what it means: dot
     * segments, empty segments, parameters, backslashes, escapes of any of these or of an escape, bytes that are no
     * ASCII.
     */
    public static Optional<RequestPath> of(String target) {
        int mark = target.indexOf('?');
        var path = mark < 0 ? target : target.substring(0, mark);
        return path.startsWith("/")
                ? normal(path).filter(RequestPath::isPlain).map(RequestPath::new)
                : Optional.empty();
    }

    private static Optional<String> normal(String path) {
        var normal = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '%') {
                if (c <= ' ' || c > '~' || ";\\#".indexOf(c) >= 0) {
                    return Optional.empty();
                }
                normal.append(c);
                continue;
            }
            if (i + 2 >= path.length() || !isHex(path.charAt(i + 1)) || !isHex(path.charAt(i + 2))) {
                return Optional.empty();
            }
            int escaped = HexFormat.fromHexDigits(path, i + 1, i + 3);
            if (isConfusing(escaped)) {
                return Optional.empty();
            }
            if (isUnreserved(escaped)) {
                normal.append((char) escaped);
            } else {
                normal.append(path.substring(i, i + 3).toUpperCase(Locale.ROOT));
            }
            i += 2;
        }
        return Optional.of(normal.toString());
    }

    private static boolean isHex(char c) {
        return HexFormat.isHexDigit(c);
    }

    /** Some servers decode it before they look at the path, some after, and some twice or wrongly. */
    private static boolean isConfusing(int escaped) {
        return escaped < ' '
                || escaped == 0x7f
                || "./\\;%?#".indexOf(escaped) >= 0
                || escaped == 0xc0
                || escaped == 0xc1;
    }

    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-_~".indexOf(c) >= 0;
    }

    private static boolean isPlain(String path) {
        return !path.contains("//") && !("/" + path + "/").contains("/./") && !(path + "/").contains("/../");
    }
}
