package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Location;
import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.domain.ledger.UseRecord.Effect;
import dev.sealbox.domain.ledger.UseRecord.UsedSecret;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.session.Refused;
import dev.sealbox.proxy.upstream.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the ledger will say of one request: gathered while it lasts, and told at its end. Costs a request that uses no
 * secret hardly anything. For use in the event loop of the client only.
 */
final class Account {
    private static final int SWITCHING_PROTOCOLS = 101;

    private final UseLedger ledger;
    private final EgressPolicy policy;
    private final Origin origin;
    private final RequestHead head;
    private final String target;
    private final long since = System.nanoTime();

    private @Nullable Map<SecretName, Set<Location>> used;
    private @Nullable Map<Unusable, Set<Location>> unusable;
    private @Nullable Set<String> warnings;
    private @Nullable UUID request;
    private boolean announced;
    private boolean connected;
    private int status;
    private long sent;
    private long received;

    /** The body is in a coding that is not known here: a token in it, if there is one, stays. */
    static final String UNREADABLE = "body.unknown-coding";

    /** Something begins as a token does and is none. */
    static final String MAIMED = "token.maimed";

    /** A secret whose token went on as it is. */
    private record Unusable(SecretName name, Obstacle obstacle) {}

    /** @param target as the sandbox wrote it */
    Account(UseLedger ledger, EgressPolicy policy, Origin origin, RequestHead head, String target) {
        this.ledger = ledger;
        this.policy = policy;
        this.origin = origin;
        this.head = head;
        this.target = target;
    }

    /** A value has been put into that part of the request. */
    void uses(SecretName name, Location location) {
        var known = used == null ? new LinkedHashMap<SecretName, Set<Location>>() : used;
        used = known;
        known.computeIfAbsent(name, first -> EnumSet.noneOf(Location.class)).add(location);
    }

    /** A token has stayed in that part of the request. */
    void unusable(SecretName name, Location location, Obstacle obstacle) {
        var known = unusable == null ? new LinkedHashMap<Unusable, Set<Location>>() : unusable;
        unusable = known;
        known.computeIfAbsent(new Unusable(name, obstacle), first -> EnumSet.noneOf(Location.class))
                .add(location);
    }

    /** Something of no secret that can be named went on as it is; once for each sort. */
    void warns(String rule) {
        var known = warnings == null ? new TreeSet<String>() : warnings;
        warnings = known;
        known.add(rule);
    }

    boolean usesAny() {
        return used != null;
    }

    /** The secrets whose values have been put into the request. */
    Set<SecretName> used() {
        return used == null ? Set.of() : used.keySet();
    }

    /** The request is on its way: from now on a value may be on the wire. */
    void connected() {
        connected = true;
    }

    void answered(int answer) {
        status = answer;
    }

    void sent(int bytes) {
        sent += bytes;
    }

    /** Bytes of the request's body that have come from the client. */
    long bytesSent() {
        return sent;
    }

    void received(int bytes) {
        received += bytes;
    }

    /** The records with which it begins, where requests wait for such. */
    List<UseRecord> begins() {
        announced = true;
        var secrets = secrets();
        return secrets.isEmpty()
                ? List.of(record(Ruling.BEGUN, "", Optional.empty()))
                : secrets.stream().map(secret -> ofUse(Ruling.BEGUN, secret)).toList();
    }

    /** A message that goes over the connection that this request has opened carries a secret, as {@code now} allows. */
    void message(EgressPolicy now, SecretName name) {
        var effect = new Effect(SWITCHING_PROTOCOLS, 0, 0, elapsed());
        secret(now, name, Set.of(Location.BODY))
                .ifPresent(secret -> ledger.note(new UseRecord(
                        Instant.now(),
                        request(),
                        Refused.sender(policy),
                        Ruling.USED,
                        now.allowing(name, origin.host()).toString(),
                        Optional.of(secret),
                        asked(),
                        effect,
                        1)));
    }

    void refused(Problem problem) {
        if (problem.isRefusal()) {
            ledger.note(record(
                    problem.ruling(),
                    problem.decision(),
                    problem.cause().map(of -> Refused.secret(policy, of.secret()))));
        }
    }

    /** Its end. */
    void close() {
        var ruling = connected ? Ruling.USED : Ruling.UNSENT;
        secrets().forEach(secret -> ledger.note(ofUse(ruling, secret)));
        if (unusable != null) {
            unusable.forEach((token, locations) -> ledger.note(
                    record(Ruling.UNUSABLE, token.obstacle().code(), Optional.of(named(token, locations)))));
        }
        if (warnings != null) {
            warnings.forEach(rule -> ledger.note(record(Ruling.UNUSABLE, rule, Optional.empty())));
        }
        if (announced && used == null) {
            ledger.note(record(Ruling.UNSENT, "", Optional.empty()));
        }
    }

    private List<UsedSecret> secrets() {
        if (used == null) {
            return List.of();
        }
        var secrets = new ArrayList<UsedSecret>(used.size());
        used.forEach((name, locations) -> secret(policy, name, locations).ifPresent(secrets::add));
        return secrets;
    }

    private static Optional<UsedSecret> secret(EgressPolicy by, SecretName name, Set<Location> locations) {
        return Optional.ofNullable(by.grants().get(name))
                .map(grant -> new UsedSecret(
                        name,
                        grant.store(),
                        grant.version(),
                        locations.stream().map(Location::word).toList()));
    }

    private UsedSecret named(Unusable token, Set<Location> locations) {
        return secret(policy, token.name(), locations)
                .orElseGet(() -> UsedSecret.gone(
                        token.name(), locations.stream().map(Location::word).toList()));
    }

    private UseRecord ofUse(Ruling ruling, UsedSecret secret) {
        return record(ruling, policy.allowing(secret.name(), origin.host()).toString(), Optional.of(secret));
    }

    private UseRecord record(Ruling ruling, String rule, Optional<UsedSecret> secret) {
        var took = elapsed();
        return new UseRecord(
                Instant.now().minus(took),
                request(),
                Refused.sender(policy),
                ruling,
                rule,
                secret,
                asked(),
                new Effect(status, sent, received, took),
                1);
    }

    private Asked asked() {
        return Asked.of(head.method(), origin.host().value(), target);
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - since);
    }

    private UUID request() {
        var known = request == null ? Refused.request() : request;
        request = known;
        return known;
    }
}
