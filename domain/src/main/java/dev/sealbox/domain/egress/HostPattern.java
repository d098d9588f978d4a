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
        if (!pattern.startsWith("*.")) {
            return new Exactly(name(pattern, pattern));
        }
        var parent = name(pattern, pattern.substring(2));
        if (parent.isAddress()) {
            throw wrong(pattern, "an address has no names below it");
        }
        if (parent.value().length() + 2 > HostName.MAX_LENGTH) {
            throw wrong(pattern, "no name below it would be short enough");
        }
        return new Below(parent);
    }

    private static HostName name(String pattern, String host) {
        try {
            return HostName.parse(host);
        } catch (InvalidValue e) {
            throw wrong(pattern, fault(host));
        }
    }

    private static String fault(String host) {
        if (host.isEmpty()) {
            return "the name below the star is missing";
        }
        if (host.contains("*")) {
            return "a star stands alone or as a leading \"*.\"";
        }
        if (host.contains("://")) {
            return "leave the scheme out";
        }
        if (host.contains("/") || host.contains("?") || host.contains("#")) {
            return "leave the path out";
        }
        if (host.contains("@")) {
            return "leave the user out";
        }
        if (host.matches("(.*\\]|[^:]*):[0-9]*")) {
            return "leave the port out: a pattern is for every port";
        }
        if (host.matches("(?i)[0-9.]+|.*\\.0x[0-9a-f]*|0x[0-9a-f.]*")) {
            return "an IPv4 address is four decimal numbers without leading zeros";
        }
        if (host.codePoints().anyMatch(c -> c > 0x7f)) {
            return "it cannot be written as a host name without doubt; give its xn-- form";
        }
        return "a host is a name of letters, digits, hyphens and dots, at most 253 characters with labels of at most 63,"
                + " or an IP address";
    }

    private static InvalidValue wrong(String pattern, String fault) {
        return new InvalidValue("the host pattern " + quoted(pattern) + " cannot be: " + fault);
    }

    /** Quotes for a message: short, and without characters that could forge a line of it. */
    private static String quoted(String pattern) {
        var safe = pattern.replaceAll("[^\\x20-\\x7e]", "?");
        return '"' + (safe.length() > 80 ? safe.substring(0, 80) + "..." : safe) + '"';
    }

    static boolean anyMatches(List<HostPattern> patterns, HostName host) {
        for (var pattern : patterns) {
            if (pattern.matches(host)) {
                return true;
            }
        }
        return false;
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
