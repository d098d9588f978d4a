package dev.sealbox.proxy.rewrite;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.Location;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.session.Session;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The tokens that mean something at one host, for one sandbox, in one request. */
public final class Substitutions {
    /** Bytes that values may make one request longer: some sixteen times the largest value. */
    private static final long MAX_GROWTH = 1024 * 1024;

    private final Session session;
    private final HostName host;
    private final boolean any;
    private final Growth growth;

    private record Key(HostName host, Location location, Form form) {}

    /** What is told of a token that is about to be replaced. */
    private record Meaning(SecretName name, Location location) {}

    /** Is told of each secret whose value is about to be put in, and where; what it throws keeps it out. */
    @FunctionalInterface
    public interface Carried {
        void carries(SecretName name, Location location);
    }

    private Substitutions(Session session, HostName host, boolean any, int most, Carried carried) {
        this.session = session;
        this.host = host;
        this.any = any;
        this.growth = Growth.of(MAX_GROWTH, most, meaning -> {
            var told = (Meaning) meaning;
            carried.carries(told.name(), told.location());
        });
    }

    /**
     * What may be revealed to {@code host} over a verified connection. The caller holds the session meanwhile.
     *
     * @param most how many tokens may be replaced
     */
    public static Substitutions at(Session session, HostName host, int most, Carried carried) {
        var policy = session.policy();
        boolean any = policy.tokens().values().stream().anyMatch(name -> policy.mayUse(name, host));
        return new Substitutions(session, host, any, most, carried);
    }

    /** Over a connection that anybody can read, nothing. */
    public static Substitutions none(Session session, HostName host) {
        return new Substitutions(session, host, false, 0, (name, location) -> {});
    }

    /** Whether no secret may be used here, so that everything goes out as it came. */
    public boolean isEmpty() {
        return !any;
    }

    /** What is left for the request that these are for. */
    public Growth growth() {
        return growth;
    }

    /** Whether any secret may be used in that part of a request. */
    public boolean reach(Location location) {
        return any && session.policy().tokens().values().stream().anyMatch(name -> mayUse(name, location));
    }

    private boolean mayUse(SecretName name, Location location) {
        var grant = session.policy().grants().get(name);
        return grant != null
                && grant.locations().has(location)
                && session.policy().mayUse(name, host);
    }

    /** Tokens that may be replaced in that part of a request, and their values, each written as {@code form} wants. */
    public Patterns in(Location location, Form form) {
        return any ? session.patterns(new Key(host, location, form), () -> entries(location, form)) : Patterns.EMPTY;
    }

    @MayReveal("a permitted host receives the value in the token's place")
    private List<Patterns.Entry> entries(Location location, Form form) {
        var policy = session.policy();
        return policy.tokens().entrySet().stream()
                .filter(entry -> mayUse(entry.getValue(), location))
                .map(entry -> new Patterns.Entry(
                        entry.getKey().value().getBytes(StandardCharsets.US_ASCII),
                        form.write(session.value(entry.getValue()).reveal()),
                        new Meaning(entry.getValue(), location)))
                .toList();
    }
}
