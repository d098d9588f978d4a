package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.SealedToken;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * The sealed tokens of a sandbox.
 *
 * @param own one for each secret name that its stores have or had, seen in its environment as long as they have it
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
        return new Tokens(NONE.drawMissing(names, overridden, random), inherited);
    }

    /**
     * A fresh token for each of {@code names} that has none and is not overridden.
     *
     * @param random cryptographically strong
     */
    public Map<SecretName, SealedToken> drawMissing(
            Set<SecretName> names, Set<String> overridden, RandomGenerator random) {
        var drawn = new LinkedHashMap<SecretName, SealedToken>();
        missing(names, overridden).forEach(name -> drawn.put(name, SealedToken.random(random)));
        return drawn;
    }

    /** Those of {@code names} that have no token here and are not overridden by a plain variable. */
    Set<SecretName> missing(Set<SecretName> names, Set<String> overridden) {
        return names.stream()
                .filter(name -> !own.containsKey(name) && !overridden.contains(name.value()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** These and more; a name that has a token keeps it. */
    Tokens with(Map<SecretName, SealedToken> more) {
        var after = new LinkedHashMap<>(more);
        after.putAll(own);
        return new Tokens(after, inherited);
    }

    /** Its own tokens of those names that its stores have now: what new commands see. A name set again gets its token back. */
    public Map<SecretName, SealedToken> shown(Set<SecretName> present) {
        var shown = new LinkedHashMap<>(own);
        shown.keySet().retainAll(present);
        return shown;
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
