package dev.sealbox.http;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.PathPrefix;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.egress.UseRules;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Rules of secrets as clients see and write them. */
final class RuleJson {
    private static final Set<String> NAMES = Set.of("effect", "hosts", "methods", "pathPrefixes", "ports");

    private RuleJson() {}

    record Rule(
            String effect, List<String> hosts, List<String> methods, List<String> pathPrefixes, List<Integer> ports) {
        static Rule of(UseRule rule) {
            return new Rule(
                    rule.effect().name().toLowerCase(Locale.ROOT),
                    HostPattern.texts(rule.hosts()),
                    rule.methods(),
                    rule.paths().stream().map(PathPrefix::value).toList(),
                    rule.ports());
        }
    }

    /** The list of rules in a field; empty when it is missing. */
    static Optional<List<UseRule>> rules(JsonBody body, String field) {
        return body.optionalObjects(field)
                .map(all -> UseRules.checked(all.stream().map(RuleJson::rule).toList()));
    }

    private static UseRule rule(JsonBody body) {
        // A condition whose name is misspelt would be met by every request.
        body.names().stream().filter(name -> !NAMES.contains(name)).findFirst().ifPresent(name -> {
            throw new InvalidValue("a rule has effect, hosts, methods, pathPrefixes and ports, nothing else");
        });
        return new UseRule(
                effect(body.text("effect")),
                body.optionalTexts("hosts").map(HostPattern::parseAll).orElse(List.of()),
                body.optionalTexts("methods").orElse(List.of()),
                body.optionalTexts("pathPrefixes").orElse(List.of()).stream()
                        .map(PathPrefix::new)
                        .toList(),
                body.optionalInts("ports").orElse(List.of()));
    }

    private static UseRule.Effect effect(String word) {
        return switch (word) {
            case "allow" -> UseRule.Effect.ALLOW;
            case "deny" -> UseRule.Effect.DENY;
            default -> throw new InvalidValue("effect is allow or deny");
        };
    }
}
