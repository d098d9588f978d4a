package dev.sealbox.proxy.rewrite;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.Location;
import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.domain.egress.UseRequest;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.session.Session;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What each token means at one host, for one sandbox, in one request; and that of others is none of this sandbox's. */
public final class Substitutions {
    /** Bytes that values may make one request longer: some sixteen times the largest value. */
    private static final long MAX_GROWTH = 1024 * 1024;

    private final Session session;
    private final HostName host;
    private final Map<SecretName, Obstacle> barred;
    private final @Nullable Obstacle obstacle;
    private final boolean any;
    private final Growth growth;

    /** @param host empty for all hosts where no secret may be used */
    private record Key(
            Optional<HostName> host,
            Map<SecretName, Obstacle> barred,
            @Nullable Obstacle obstacle,
            Location location,
            Form form,
            boolean watched) {}

    /** What is told of a token that was found. */
    private sealed interface Meaning {
        record Usable(SecretName name, Location location) implements Meaning {}

        record Unusable(SecretName name, Location location, Obstacle obstacle) implements Meaning {}

        /** It has a token's shape, and this sandbox's lineage has no such token. */
        record Unknown() implements Meaning {}

        /** It begins as a token does, and is none: cut short, or of other letters. */
        record Maimed() implements Meaning {}
    }

    /** Is told of each token before it goes on or gives way to its value; what this throws keeps it from both. */
    public interface Found {
        /** The secret's value is about to be put there. */
        void carries(SecretName name, Location location);

        /** It goes on as it is. */
        void unusable(SecretName name, Location location, Obstacle obstacle);

        /** It is none of this sandbox's lineage. */
        void unknown();

        /** It was cut short or its letters were changed, so that it means nothing; it goes on as it is. */
        void maimed();
    }

    private Substitutions(
            Session session,
            HostName host,
            Map<SecretName, Obstacle> barred,
            @Nullable Obstacle obstacle,
            boolean any,
            int most,
            Found found) {
        this.session = session;
        this.host = host;
        this.barred = barred;
        this.obstacle = obstacle;
        this.any = any;
        this.growth = Growth.of(MAX_GROWTH, most, meaning -> tell((Meaning) meaning, found));
    }

    private static void tell(Meaning meaning, Found found) {
        switch (meaning) {
            case Meaning.Usable(var name, var location) -> found.carries(name, location);
            case Meaning.Unusable(var name, var location, var obstacle) -> found.unusable(name, location, obstacle);
            case Meaning.Unknown() -> found.unknown();
            case Meaning.Maimed() -> found.maimed();
        }
    }

    /**
     * What may be revealed in that request. The caller holds the session meanwhile.
     *
     * @param obstacle why nothing may be revealed in it at all; null where that depends
     * @param most how many tokens may be replaced
     */
    public static Substitutions at(
            Session session, UseRequest request, @Nullable Obstacle obstacle, int most, Found found) {
        var policy = session.policy();
        var barred = session.barred(request);
        boolean any = obstacle == null && isAnyUsable(policy, barred, request.host());
        return new Substitutions(session, request.host(), barred, obstacle, any, most, found);
    }

    private static boolean isAnyUsable(EgressPolicy policy, Map<SecretName, ?> barred, HostName host) {
        for (var name : policy.tokens().values()) {
            if (!barred.containsKey(name) && policy.mayUse(name, host)) {
                return true;
            }
        }
        return false;
    }

    /** Whether no secret may be used here, so that nothing is changed. */
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
                && !barred.containsKey(name)
                && grant.locations().has(location)
                && session.policy().mayUse(name, host);
    }

    /** Tokens in that part of a request, and the values of those that may be replaced, written as {@code form} wants. */
    public Patterns in(Location location, Form form) {
        return session.patterns(
                new Key(any ? Optional.of(host) : Optional.empty(), barred, obstacle, location, form, false),
                () -> entries(token -> entry(token.bytes(), token.name(), location, form)));
    }

    /** The same tokens, in a part of a request where none is replaced, whatever its secret allows. */
    public Patterns watched(Location location) {
        return session.patterns(
                new Key(Optional.empty(), barred, obstacle, location, Form.RAW, true),
                () -> entries(token -> Patterns.Entry.kept(
                        token.bytes(),
                        new Meaning.Unusable(
                                token.name(),
                                location,
                                session.policy().grants().containsKey(token.name())
                                        ? Obstacle.LOCATION
                                        : Obstacle.GONE))));
    }

    private record Own(SealedToken token, SecretName name) {
        byte[] bytes() {
            return ascii(token.value());
        }
    }

    private List<Patterns.Entry> entries(Function<Own, Patterns.Entry> entry) {
        var entries = new ArrayList<Patterns.Entry>();
        session.policy().tokens().forEach((token, name) -> entries.add(entry.apply(new Own(token, name))));
        // The sandbox's own come first. Nothing else is asked, so one of another sandbox is as unknown as an invented
        // one.
        entries.add(Patterns.Entry.kept(ascii(SealedToken.PREFIX), SealedToken.DIGITS, new Meaning.Unknown()));
        // Shorter than all of the others, so it counts only where none of them is.
        entries.add(Patterns.Entry.keptInAnyCase(ascii(SealedToken.BEGINNING), new Meaning.Maimed()));
        return entries;
    }

    @MayReveal("a permitted host receives the value in the token's place")
    private Patterns.Entry entry(byte[] token, SecretName name, Location location, Form form) {
        return obstacle(name, location)
                .map(obstacle -> Patterns.Entry.kept(token, new Meaning.Unusable(name, location, obstacle)))
                .orElseGet(() -> new Patterns.Entry(
                        token, form.write(session.value(name).reveal()), new Meaning.Usable(name, location)));
    }

    private Optional<Obstacle> obstacle(SecretName name, Location location) {
        var grant = session.policy().grants().get(name);
        if (grant == null) {
            return Optional.of(Obstacle.GONE);
        }
        if (obstacle != null) {
            return Optional.of(obstacle);
        }
        return session.policy()
                .obstacle(name, host)
                .or(() -> Optional.ofNullable(barred.get(name)))
                .or(() -> grant.locations().has(location) ? Optional.empty() : Optional.of(Obstacle.LOCATION));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
