package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;
import java.util.List;
import java.util.Set;

/**
 * A port of certain hosts to which plain TCP is passed through as it is: nothing is intercepted, and no secret is put in.
 *
 * @param hosts never all of them: a permission that nobody looks into names its hosts
 * @param port 1 to 65535, but not one that the gateway serves itself
 */
public record TcpTarget(HostPattern hosts, int port) {
    /** The web goes through the proxy, and names are the resolver's. */
    private static final Set<Integer> SERVED = Set.of(53, 80, 443);

    public TcpTarget {
        if (port < 1 || port > 65535 || SERVED.contains(port)) {
            throw new InvalidValue("a port for plain TCP is between 1 and 65535 and none of 53, 80 and 443");
        }
        if (hosts instanceof HostPattern.Any) {
            throw new InvalidValue("plain TCP needs a host: a star alone is not enough");
        }
    }

    /**
     * Reads {@code host:port}, the host as a pattern, an IPv6 address in brackets.
     *
     * @throws InvalidValue saying what is wrong
     */
    public static TcpTarget parse(String text) {
        var target = text.strip();
        int colon = target.lastIndexOf(':');
        var host = colon < 0 ? target : target.substring(0, colon);
        var port = colon < 0 ? "" : target.substring(colon + 1);
        boolean open = host.contains(":") && !host.startsWith("[");
        if (host.isEmpty() || open || !port.matches("[0-9]{1,5}")) {
            throw new InvalidValue("plain TCP goes to host:port, such as db.example.com:5432");
        }
        return new TcpTarget(HostPattern.parse(host), Integer.parseInt(port));
    }

    /** Reads a list, dropping repeats and keeping the order. */
    public static List<TcpTarget> parseAll(List<String> texts) {
        if (texts.size() > HostPattern.MAX_PER_LIST) {
            throw new InvalidValue("more than " + HostPattern.MAX_PER_LIST + " targets of plain TCP");
        }
        return texts.stream().map(TcpTarget::parse).distinct().toList();
    }

    public static List<String> texts(List<TcpTarget> targets) {
        return targets.stream().map(TcpTarget::toString).toList();
    }

    /** Whether that port of that host is meant. */
    public boolean matches(HostName host, int wanted) {
        return port == wanted && hosts.matches(host);
    }

    @Override
    public String toString() {
        var host = hosts.toString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
