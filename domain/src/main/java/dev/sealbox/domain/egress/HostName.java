package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;
import java.net.IDN;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A host as policies compare it: a name in lower-case A-label form without the trailing dot, or an IP address literal.
 *
 * <p>IPv4 literals are dotted decimal only; the octal, hexadecimal and short forms that some resolvers take are refused,
 * so that no spelling of an address slips past a rule. IPv6 literals have one spelling, see {@link Ipv6}.
 */
public record HostName(String value) {
    /** Characters of the longest name. */
    static final int MAX_LENGTH = 253;

    private static final int MAX_LABEL = 63;
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");

    /** Sharp s, final sigma and the joiners: the two standards for names make different hosts of them. */
    private static final Pattern AMBIGUOUS = Pattern.compile("[\\u00df\\u1e9e\\u03c2\\u200c\\u200d]");

    /** Takes only the normal form; use {@link #parse} or {@link #ofWire} for anything from outside. */
    public HostName {
        if (!isName(value) && !isAddress(value)) {
            throw new InvalidValue("not a host name");
        }
    }

    /**
     * Normalises case, one trailing dot, IPv6 literals with or without brackets, and non-ASCII names.
     *
     * @throws InvalidValue if the text is no host, whatever else it may be
     */
    public static HostName parse(String text) {
        return isName(text) ? new HostName(text) : normalised(text);
    }

    private static HostName normalised(String text) {
        var bracketed = text.startsWith("[") && text.endsWith("]") && text.length() > 1;
        var ipv6 = Ipv6.canonical(bracketed ? text.substring(1, text.length() - 1) : text);
        if (ipv6.isPresent()) {
            return new HostName(ipv6.get());
        }
        var host = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        return new HostName(ascii(host).toLowerCase(Locale.ROOT));
    }

    /**
     * As {@link #parse}, for what a protocol carried: names are in A-label form there, and letters that only become
     * ASCII by normalising are an attempt to be taken for another host.
     *
     * @throws InvalidValue as above, and for any character that is not ASCII
     */
    public static HostName ofWire(String text) {
        if (isName(text)) {
            return new HostName(text);
        }
        if (text.chars().anyMatch(c -> c > 0x7f)) {
            throw new InvalidValue("not a host name");
        }
        return normalised(text);
    }

    private static String ascii(String host) {
        if (host.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            return host;
        }
        if (AMBIGUOUS.matcher(host).find()) {
            throw new InvalidValue("a host name with this letter is ambiguous, give its xn-- form");
        }
        try {
            return IDN.toASCII(host, IDN.USE_STD3_ASCII_RULES);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new InvalidValue("not a host name");
        }
    }

    /** Whether this is an IP address literal rather than a name. */
    public boolean isAddress() {
        return isAddress(value);
    }

    private static boolean isAddress(String text) {
        return isIpv4(text) || Ipv6.canonical(text).equals(Optional.of(text));
    }

    static boolean isIpv4(String text) {
        return !text.isEmpty()
                && isDigit(text.charAt(text.length() - 1))
                && IPV4.matcher(text).matches();
    }

    /** Whether it is a name in normal form. Every request asks this several times: no regular expression. */
    private static boolean isName(String text) {
        int label = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : '.';
            if (c == '.') {
                if (!isLabel(text, label, i)) {
                    return false;
                }
                label = i + 1;
            } else if (!isDigit(c) && (c < 'a' || c > 'z') && c != '-' && c != '_') {
                return false;
            }
        }
        return text.length() <= MAX_LENGTH && !looksLikeNumber(text, text.lastIndexOf('.') + 1);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLabel(String text, int from, int end) {
        return end > from && end - from <= MAX_LABEL && text.charAt(from) != '-' && text.charAt(end - 1) != '-';
    }

    /** A last label of digits only would be read as an address by some resolvers. */
    private static boolean looksLikeNumber(String text, int label) {
        boolean hexadecimal = text.startsWith("0x", label);
        for (int i = hexadecimal ? label + 2 : label; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isDigit(c) && (!hexadecimal || c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return value;
    }
}
