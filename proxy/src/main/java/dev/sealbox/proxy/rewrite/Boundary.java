package dev.sealbox.proxy.rewrite;

import java.util.Optional;
import java.util.regex.Pattern;

/** What separates the parts of a multipart body, as its Content-Type says. */
final class Boundary {
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*boundary\\s*=\\s*(?:\"([^\"\\\\]*)\"|([^\\s;\"]+))", Pattern.CASE_INSENSITIVE);

    /** RFC 2046 permits 70. */
    private static final int MAX = 200;

    private Boundary() {}

    /** None where it is missing, too long, or said twice. */
    static Optional<String> of(String contentType) {
        var parameter = PARAMETER.matcher(contentType);
        if (!parameter.find()) {
            return Optional.empty();
        }
        var boundary = parameter.group(1) == null ? parameter.group(2) : parameter.group(1);
        boolean usable = !boundary.isEmpty() && boundary.length() <= MAX && !parameter.find();
        return usable ? Optional.of(boundary) : Optional.empty();
    }
}
