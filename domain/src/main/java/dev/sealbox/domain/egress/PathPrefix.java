package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;

/**
 * The beginning of paths, in whole segments: {@code /v1/repos} means itself and what is below it, not {@code
 * /v1/repository}; with a slash at its end, only what is below. Case matters,
 * but see {@link UseRules}.
 */
public record PathPrefix(String value) {
    private static final int MAX_LENGTH = 1024;

    public PathPrefix {
        if (value.length() > MAX_LENGTH
                || !RequestPath.of(value)
                        .map(RequestPath::text)
                        .filter(value::equals)
                        .isPresent()) {
            throw new InvalidValue(
                    "a path prefix begins with a slash, has at most " + MAX_LENGTH
                            + " characters, and neither dot segments, empty segments, parameters, a query nor needless escapes");
        }
    }

    boolean covers(RequestPath path) {
        return covers(path, false);
    }

    /** Whether it does to a server that takes capital and small letters for the same. */
    boolean mayCover(RequestPath path) {
        return covers(path, true);
    }

    private boolean covers(RequestPath path, boolean anyCase) {
        var text = path.text();
        return text.regionMatches(anyCase, 0, value, 0, value.length())
                && (value.endsWith("/") || text.length() == value.length() || text.charAt(value.length()) == '/');
    }

    @Override
    public String toString() {
        return value;
    }
}
