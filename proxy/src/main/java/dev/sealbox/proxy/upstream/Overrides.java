package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.HostPattern;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Where the operator lets certain hosts be dialled instead of what their names resolve to. The first that fits counts. */
public record Overrides(List<Rule> all) {

    /** One host, or the names below one, and the place to dial, which is resolved when it is dialled. */
    public record Rule(HostPattern hosts, InetSocketAddress target) {}

    public Overrides {
        all = List.copyOf(all);
    }

    /**
     * Reads {@code host=address:port,…}.
     *
     * @throws InvalidValue saying which entry is wrong
     */
    public static Overrides parse(String text) {
        return new Overrides(Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .map(Overrides::entry)
                .toList());
    }

    private static Rule entry(String text) {
        int equals = text.indexOf('=');
        int colon = text.lastIndexOf(':');
        if (equals < 1 || colon < equals + 2 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new InvalidValue("an upstream override is host=address:port, not " + text);
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        var address = text.substring(equals + 1, colon);
        if (port < 1 || port > 65535) {
            throw new InvalidValue("no port: " + port);
        }
        return new Rule(
                HostPattern.parse(text.substring(0, equals)),
                InetSocketAddress.createUnresolved(HostName.parse(address).value(), port));
    }

    /** Where that host is dialled by the operator's will. */
    public Optional<InetSocketAddress> of(HostName host) {
        return all.stream()
                .filter(rule -> rule.hosts().matches(host))
                .map(Rule::target)
                .findFirst();
    }
}
