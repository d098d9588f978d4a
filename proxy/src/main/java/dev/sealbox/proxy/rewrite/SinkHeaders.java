package dev.sealbox.proxy.rewrite;

import java.util.Collection;

/** Names of header fields in which nothing is ever replaced. Case does not matter. Immutable. */
public final class SinkHeaders {
    private final String[] names;
    private final String[] beginnings;

    /** @param patterns names; one that ends with a star means all that begin so */
    public SinkHeaders(Collection<String> patterns) {
        names = patterns.stream().filter(name -> !name.endsWith("*")).toArray(String[]::new);
        beginnings = patterns.stream()
                .filter(name -> name.endsWith("*"))
                .map(name -> name.substring(0, name.length() - 1))
                .toArray(String[]::new);
    }

    /** Whether {@code name} is one of them. */
    public boolean has(String name) {
        for (var sink : names) {
            if (sink.equalsIgnoreCase(name)) {
                return true;
            }
        }
        for (var beginning : beginnings) {
            if (name.regionMatches(true, 0, beginning, 0, beginning.length())) {
                return true;
            }
        }
        return false;
    }
}
