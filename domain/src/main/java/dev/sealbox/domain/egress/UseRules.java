package dev.sealbox.domain.egress;

import dev.sealbox.domain.InvalidValue;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The rules of one secret: it may be used in a request that no rule denies, and that one allows if any rule allows
 * anything. Their order means nothing but their numbers in refusals. Case matters; but what only a server to which capital
 * and small letters are the same would take for a denied request uses no secret either.
 */
public record UseRules(List<UseRule> rules) {

    /** The most rules of a secret. */
    public static final int MAX = 32;

    public UseRules {
        rules = List.copyOf(rules);
    }

    /**
     * Rules that somebody gives to a secret.
     *
     * @throws InvalidValue when there are more than {@link #MAX}
     */
    public static List<UseRule> checked(List<UseRule> rules) {
        if (rules.size() > MAX) {
            throw new InvalidValue("a secret has at most " + MAX + " rules");
        }
        return List.copyOf(rules);
    }

    /** Why the secret may not be used in that request; empty where it may. Hosts and allowlists are another question. */
    public Optional<Obstacle> obstacle(UseRequest request) {
        if (rules.isEmpty()) {
            return Optional.empty();
        }
        var path = RequestPath.of(request.target());
        boolean hidden =
                path.isEmpty() && rules.stream().anyMatch(rule -> !rule.paths().isEmpty());
        if (hidden || (request.disguised() && rules.stream().anyMatch(UseRule::looksBehindTheHost))) {
            return Optional.of(Obstacle.AMBIGUOUS);
        }
        var denied = IntStream.range(0, rules.size())
                .filter(number ->
                        is(UseRule.Effect.DENY, number) && rules.get(number).means(request, path))
                .findFirst();
        if (denied.isPresent()) {
            return Optional.of(Obstacle.deniedBy(denied.getAsInt() + 1));
        }
        if (rules.stream().anyMatch(rule -> rule.effect() == UseRule.Effect.DENY && rule.mayMean(request, path))) {
            return Optional.of(Obstacle.AMBIGUOUS);
        }
        boolean lists = rules.stream().anyMatch(rule -> rule.effect() == UseRule.Effect.ALLOW);
        boolean allowed = IntStream.range(0, rules.size())
                .anyMatch(number ->
                        is(UseRule.Effect.ALLOW, number) && rules.get(number).means(request, path));
        return lists && !allowed ? Optional.of(Obstacle.NO_RULE) : Optional.empty();
    }

    private boolean is(UseRule.Effect effect, int number) {
        return rules.get(number).effect() == effect;
    }
}
