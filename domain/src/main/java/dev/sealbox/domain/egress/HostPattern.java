package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;
import java.util.List;

/**
 * Which hosts are meant: one exactly, every name below one ({@code *.example.com}, at any depth, without
 * {@code example.com} itself), or all ({@code *}).
 */
public sealed interface HostPattern {

    boolean matches(HostName host);

    /** Every host. */
    record Any() implements HostPattern {
        @Override
        public boolean matches(HostName host) {
            return true;
        }

        @Override
        public String toString() {
            return "*";
        }
    }

    /** One host and nothing else. */
    record Exactly(HostName host) implements HostPattern {
        @Override
        public boolean matches(HostName other) {
            return host.equals(other);
        }

        @Override
        public String toString() {
            return host.value();
        }
    }

    /** Every name below {@code parent}. */
    record Below(HostName parent) implements HostPattern {
        @Override
        public boolean matches(HostName host) {
            return !host.isAddress() && host.value().endsWith("." + parent.value());
        }

        @Override
        public String toString() {
            return "*." + parent.value();
        }
    }

    /**
     * Reads a pattern and normalises it.
     *
     * @throws InvalidValue saying what is wrong: blank, a scheme, port, path, or a star anywhere but as a leading {@code *.}
     */
    static HostPattern parse(String text) {
        var pattern = text.strip();
        if (pattern.isEmpty()) {
            throw new InvalidValue("a host pattern is blank");
        }
        if (pattern.equals("*")) {
            return new Any();
        }
        return pattern.startsWith("*.")
                ? new Below(name(pattern, pattern.substring(2)))
                : new Exactly(name(pattern, pattern));
    }

    private static HostName name(String pattern, String host) {
        if (host.contains("*")) {
            throw new InvalidValue(quoted(pattern) + ": a star stands alone or as a leading \"*.\"");
        }
        try {
            var name = HostName.parse(host);
            if (name.isAddress() && !pattern.equals(host)) {
                throw new InvalidValue(quoted(pattern) + ": an address has no names below it");
            }
            return name;
        } catch (InvalidValue e) {
            throw new InvalidValue(quoted(pattern) + " is no host pattern: give a host without scheme, port or path");
        }
    }

    /** Quotes for a message: short, and without characters that could forge a line of it. */
    private static String quoted(String pattern) {
        var safe = pattern.replaceAll("[^\\x20-\\x7e]", "?");
        return '"' + (safe.length() > 80 ? safe.substring(0, 80) + "…" : safe) + '"';
    }

    static boolean anyMatches(List<HostPattern> patterns, HostName host) {
        return patterns.stream().anyMatch(pattern -> pattern.matches(host));
    }

    /** The largest list of patterns on a store or a secret. */
    int MAX_PER_LIST = 256;

    /** Reads a list, dropping repeats and keeping the order. */
    static List<HostPattern> parseAll(List<String> texts) {
        if (texts.size() > MAX_PER_LIST) {
            throw new InvalidValue("more than " + MAX_PER_LIST + " host patterns");
        }
        return texts.stream().map(HostPattern::parse).distinct().toList();
    }

    static List<String> texts(List<HostPattern> patterns) {
        return patterns.stream().map(HostPattern::toString).toList();
    }
}
