package dev.sealbox.proxy.session;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.domain.egress.UseRequest;
import dev.sealbox.domain.egress.UseRules;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.proxy.match.Patterns;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One revision of a sandbox's policy with its values in the clear. A request that uses it holds it; when it is replaced
 * and nobody holds it any more, all that it knows is overwritten, but for values that others of this node use, too.
 * Thread-safe.
 */
public final class Session {
    private static final int MAX_COMPILED = 128;

    private final EgressPolicy policy;
    private final Map<SecretName, Values.Value> values;
    private final Map<SecretName, UseRules> ruled;
    private final Map<Object, Patterns> compiled = new ConcurrentHashMap<>();
    private final AtomicInteger holders = new AtomicInteger(1);

    /** Takes the holds on the values over. Held once, by whoever made it. */
    Session(EgressPolicy policy, Map<SecretName, Values.Value> values) {
        this.policy = policy;
        this.values = Map.copyOf(values);
        this.ruled = policy.grants().entrySet().stream()
                .filter(grant -> !grant.getValue().rules().isEmpty())
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey,
                        grant -> new UseRules(grant.getValue().rules())));
    }

    /** The secrets that their rules keep out of that request, and why; most sandboxes have no such rules. */
    public Map<SecretName, Obstacle> barred(UseRequest request) {
        if (ruled.isEmpty()) {
            return Map.of();
        }
        var barred = new HashMap<SecretName, Obstacle>();
        ruled.forEach((name, rules) -> rules.obstacle(request).ifPresent(why -> barred.put(name, why)));
        return Map.copyOf(barred);
    }

    public EgressPolicy policy() {
        return policy;
    }

    /** Whether there is anything that the sandbox must not see. */
    public boolean holdsValues() {
        return !values.isEmpty();
    }

    /** The secrets whose values are here. */
    public Set<SecretName> names() {
        return values.keySet();
    }

    /** The value of one of {@link #names}; only while held. */
    public Plaintext value(SecretName name) {
        return Objects.requireNonNull(values.get(name), "no such secret").plaintext();
    }

    /**
     * The token that stands for the name in what the sandbox is shown: of several (a fork's own and inherited ones mean
     * the same) the first, which is its own.
     */
    public Optional<SealedToken> tokenOf(SecretName name) {
        return policy.tokens().entrySet().stream()
                .filter(entry -> entry.getValue().equals(name))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Patterns made of this session's values, made once per {@code key} and wiped with it. */
    public Patterns patterns(Object key, Supplier<List<Patterns.Entry>> entries) {
        var known = compiled.get(key);
        if (known != null) {
            return known;
        }
        var fresh = new Patterns(entries.get());
        if (compiled.size() < MAX_COMPILED) {
            var first = compiled.putIfAbsent(key, fresh);
            return first == null ? fresh : first;
        }
        return fresh;
    }

    /** Holds it once more, unless it is already gone. */
    boolean hold() {
        return holders.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    /** Ends one hold. */
    public void release() {
        if (holders.decrementAndGet() == 0) {
            values.values().forEach(Values.Value::release);
            compiled.values().forEach(Patterns::wipe);
            compiled.clear();
        }
    }

    @Override
    public String toString() {
        return "Session[" + policy.sandbox() + " revision " + policy.revision() + "]";
    }
}
