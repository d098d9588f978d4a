package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.SealedToken;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The sealed tokens of a sandbox.
 *
 * @param own one for each secret name, seen in its environment
 * @param inherited those of its ancestors, which files made before a checkpoint hold; they go on resolving here
 */
public record Tokens(Map<SecretName, SealedToken> own, Map<SealedToken, SecretName> inherited) {
    public static final Tokens NONE = new Tokens(Map.of(), Map.of());

    public Tokens {
        own = Map.copyOf(own);
        inherited = Map.copyOf(inherited);
    }

    /**
     * New tokens for {@code names}.
     *
     * @param overridden plain variables, which take the place of secrets of the same name (SEMANTICS 4.2)
     * @param random cryptographically strong
     */
    public static Tokens draw(
            Set<SecretName> names,
            Set<String> overridden,
            Map<SealedToken, SecretName> inherited,
            RandomGenerator random) {
        var own = new LinkedHashMap<SecretName, SealedToken>();
        names.stream()
                .filter(name -> !overridden.contains(name.value()))
                .forEach(name -> own.put(name, SealedToken.random(random)));
        return new Tokens(own, inherited);
    }

    /** Every token that means something in this sandbox: its own first, then the inherited ones in a stable order. */
    public Map<SealedToken, SecretName> all() {
        var all = new LinkedHashMap<SealedToken, SecretName>();
        own.forEach((name, token) -> all.put(token, name));
        inherited.entrySet().stream()
                .sorted(Comparator.comparing(entry -> entry.getKey().value()))
                .forEach(entry -> all.put(entry.getKey(), entry.getValue()));
        return all;
    }
}
