package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;
import java.net.IDN;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A host as policies compare it: a name in lower-case A-label form without the trailing dot, or an IP address literal.
 *
 * <p>IPv4 literals are dotted decimal only; the octal, hexadecimal and short forms that some resolvers take are refused,
 * so that no spelling of an address slips past a rule.
 */
public record HostName(String value) {
    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*");
    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
    private static final Pattern GROUPS = Pattern.compile("(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?");

    /** Takes only the normal form; use {@link #parse} for anything from outside. */
    public HostName {
        if (!isName(value) && !isAddress(value)) {
            throw new InvalidValue("not a host name");
        }
    }

    /**
     * Normalises case, one trailing dot, brackets of an IPv6 literal and non-ASCII names.
     *
     * @throws InvalidValue if the text is no host, whatever else it may be
     */
    public static HostName parse(String text) {
        var host = text;
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
            if (!isIpv6(host.toLowerCase(Locale.ROOT))) {
                throw new InvalidValue("not a host name");
            }
        }
        if (host.endsWith(".")) {
            host = host.substring(0, host.length() - 1);
        }
        return new HostName(ascii(host).toLowerCase(Locale.ROOT));
    }

    private static String ascii(String host) {
        if (host.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            return host;
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
        return IPV4.matcher(text).matches() || isIpv6(text);
    }

    /** Eight groups, or fewer around one {@code ::}; anything looser would take a name with a port for an address. */
    private static boolean isIpv6(String text) {
        var groups = withoutIpv4Tail(text);
        var gap = groups.indexOf("::");
        if (gap < 0) {
            return GROUPS.matcher(groups).matches() && count(groups) == 8;
        }
        var head = groups.substring(0, gap);
        var tail = groups.substring(gap + 2);
        return GROUPS.matcher(head).matches() && GROUPS.matcher(tail).matches() && count(head) + count(tail) <= 7;
    }

    private static int count(String groups) {
        return groups.isEmpty() ? 0 : groups.split(":", -1).length;
    }

    /** The last two groups may be written as an IPv4 address. */
    private static String withoutIpv4Tail(String text) {
        var start = text.lastIndexOf(':') + 1;
        return start > 0 && IPV4.matcher(text.substring(start)).matches() ? text.substring(0, start) + "0:0" : text;
    }

    private static boolean isName(String text) {
        // A last label of digits only would be read as an address by some resolvers.
        return NAME.matcher(text).matches()
                && !text.substring(text.lastIndexOf('.') + 1).matches("[0-9]+|0x[0-9a-f]*");
    }

    @Override
    public String toString() {
        return value;
    }
}
