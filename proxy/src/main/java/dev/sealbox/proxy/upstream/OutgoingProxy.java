package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.HostPattern;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The operator's own proxy, through which upstreams are reached. It gets CONNECT and nothing else, so what it carries is
 * encrypted end to end wherever the upstream speaks TLS.
 *
 * @param credentials a file with {@code user:password}
 * @param direct hosts that are dialled without it
 * @param looksUp whether names are resolved here too, to refuse those that lead to special addresses
 */
public record OutgoingProxy(
        HostName host, int port, Optional<Path> credentials, List<HostPattern> direct, boolean looksUp) {
    private static final String SCHEME = "http://";

    public OutgoingProxy {
        direct = List.copyOf(direct);
    }

    /**
     * Reads {@code http://host:port}.
     *
     * @param direct patterns, separated by commas
     * @throws InvalidValue saying what is wrong; it does not quote the address, in which somebody may have put a password
     */
    public static OutgoingProxy parse(String address, Optional<Path> credentials, String direct, boolean looksUp) {
        if (!address.startsWith(SCHEME)) {
            throw wrong("it is spoken to in plain HTTP");
        }
        var authority = address.substring(SCHEME.length()).replaceFirst("/$", "");
        if (authority.contains("@")) {
            throw wrong("the user and the password stand in a file of their own");
        }
        int colon = authority.lastIndexOf(':');
        if (colon < 1 || !authority.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw wrong("the port is missing");
        }
        int port = Integer.parseInt(authority.substring(colon + 1));
        if (port < 1 || port > 65535) {
            throw wrong("there is no port " + port);
        }
        return new OutgoingProxy(host(authority.substring(0, colon)), port, credentials, patterns(direct), looksUp);
    }

    private static HostName host(String text) {
        try {
            return HostName.parse(text);
        } catch (InvalidValue e) {
            throw wrong("the host is none");
        }
    }

    private static List<HostPattern> patterns(String text) {
        return HostPattern.parseAll(Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .toList());
    }

    private static InvalidValue wrong(String fault) {
        return new InvalidValue("an outgoing proxy is http://host:port: " + fault);
    }

    /** Whether that host is dialled without it. */
    boolean leavesOut(HostName other) {
        return HostPattern.anyMatches(direct, other);
    }
}
