package dev.sealbox.http;

import static akka.http.javadsl.server.Directives.extractRequest;
import static akka.http.javadsl.server.Directives.path;
import static akka.http.javadsl.server.Directives.pathPrefix;
import static akka.http.javadsl.server.Directives.post;

import akka.http.javadsl.server.Route;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.audit.Moment;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.CandidatePolicy;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseFilter;
import dev.sealbox.domain.ledger.UseLog;
import dev.sealbox.domain.ledger.WhatIf;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/** {@code /api/audit/what-if}: POST a policy to learn what it would have forbidden of the recorded uses. */
final class WhatIfRoutes {
    private static final Set<String> NAMES = Set.of("since", "after");

    /** Records that one request reads; who has more asks on. */
    static final int MAX_RECORDS = 100_000;

    private final UseLog log;
    private final Bodies bodies;
    private final Answers answers;

    WhatIfRoutes(UseLog log, Bodies bodies, Answers answers) {
        this.log = log;
        this.bodies = bodies;
        this.answers = answers;
    }

    /**
     * The answer.
     *
     * @param next ask on with it as {@code after} where it is not complete
     */
    private record Found(long examined, boolean complete, long next, long omitted, List<Blocked> blocked) {}

    private record Blocked(
            String rule, String secret, String host, long uses, int sandboxes, Instant first, Instant last) {
        static Blocked of(WhatIf.Blocked blocked) {
            return new Blocked(
                    blocked.obstacle().code(),
                    blocked.secret().value(),
                    blocked.host(),
                    blocked.uses(),
                    blocked.sandboxes(),
                    blocked.first(),
                    blocked.last());
        }
    }

    Route of(Origin origin) {
        return pathPrefix(
                "audit",
                () -> path(
                        "what-if",
                        () -> post(() -> extractRequest(
                                request -> bodies.json(body -> asked(origin, QueryText.of(request, NAMES), body))))));
    }

    private Route asked(Origin origin, QueryText query, JsonBody body) {
        var since = query.text("since").map(text -> Moment.time("since", text));
        var filter = new UseFilter(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(Ruling.USED),
                since,
                Optional.empty());
        var whatIf = new WhatIf(policy(body));
        return answers.always(read(origin, filter, whatIf, FeedRoutes.after(query), MAX_RECORDS), Answers::ok);
    }

    private static CandidatePolicy policy(JsonBody body) {
        var allowlist =
                body.optionalTexts("egressAllowlist").map(HostPattern::parseAll).orElse(List.of());
        Map<SecretName, List<HostPattern>> hosts = body.optionalObject("allowedHosts")
                .map(of -> of.names().stream().collect(Collectors.toMap(SecretName::new, patterns(of))))
                .orElse(Map.of());
        var denylist =
                body.optionalTexts("egressDenylist").map(HostPattern::parseAll).orElse(List.of());
        Map<SecretName, List<UseRule>> rules = body.optionalObject("rules")
                .map(of -> of.names().stream().collect(Collectors.toMap(SecretName::new, rules(of))))
                .orElse(Map.of());
        var policy = new CandidatePolicy(allowlist, denylist, hosts, rules);
        if (policy.isEmpty()) {
            throw new InvalidValue(
                    "a policy is an egressAllowlist, an egressDenylist, allowedHosts or rules by the names"
                            + " of secrets, or several of these");
        }
        return policy;
    }

    private static Function<String, List<HostPattern>> patterns(JsonBody of) {
        return name -> of.optionalTexts(name).map(HostPattern::parseAll).orElse(List.of());
    }

    private static Function<String, List<UseRule>> rules(JsonBody of) {
        return name -> RuleJson.rules(of, name).orElse(List.of());
    }

    private CompletionStage<Found> read(Origin origin, UseFilter filter, WhatIf whatIf, long after, int left) {
        return log.uses(origin.organization(), filter, after, Math.min(left, UseLog.MAX_PAGE))
                .thenCompose(page -> {
                    page.uses().forEach(entry -> whatIf.see(entry.record()));
                    var rest = left - page.uses().size();
                    return page.complete() || rest <= 0
                            ? CompletableFuture.completedFuture(found(whatIf, page))
                            : read(origin, filter, whatIf, page.next(), rest);
                });
    }

    private static Found found(WhatIf whatIf, UseLog.Page page) {
        return new Found(
                whatIf.examined(),
                page.complete(),
                page.next(),
                whatIf.omitted(),
                whatIf.blocked().stream().map(Blocked::of).toList());
    }
}
