package dev.sealbox.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.domain.egress.PathPrefix;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.domain.ledger.UseRecord.Effect;
import dev.sealbox.domain.ledger.UseRecord.Sender;
import dev.sealbox.domain.ledger.UseRecord.UsedSecret;
import dev.sealbox.domain.ledger.WhatIf.Blocked;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WhatIfTest {
    private static final SecretName KEY = new SecretName("KEY");
    private static final SecretName FREE = new SecretName("FREE");

    private final WhatIf whatIf = new WhatIf(new CandidatePolicy(
            HostPattern.parseAll(List.of("*.example.com")),
            List.of(),
            Map.of(KEY, HostPattern.parseAll(List.of("a.example.com"))),
            Map.of()));

    private void see(Ruling ruling, SecretName secret, String host, int sandbox, long second) {
        whatIf.see(new UseRecord(
                Instant.ofEpochSecond(second),
                new UUID(0, second),
                new Sender(new SandboxId("sb-%016x".formatted(sandbox)), List.of(), new OrganizationId("default")),
                ruling,
                "*",
                Optional.of(new UsedSecret(secret, new StoreId(new UUID(0, 1)), 1, List.of("headers"))),
                new Asked("GET", host, "/"),
                Effect.NONE,
                1));
    }

    @Test
    void gathersWhatWouldHaveBeenForbiddenByReasonSecretAndHost() {
        see(Ruling.USED, KEY, "a.example.com", 1, 1);
        see(Ruling.USED, KEY, "b.example.com", 1, 9);
        see(Ruling.USED, KEY, "b.example.com", 2, 3);
        see(Ruling.USED, FREE, "b.example.com", 2, 4);
        see(Ruling.USED, FREE, "example.org", 2, 5);
        see(Ruling.REFUSED, FREE, "example.org", 2, 6);
        see(Ruling.UNSENT, KEY, "b.example.com", 2, 7);

        assertThat(whatIf.examined()).isEqualTo(5);
        assertThat(whatIf.blocked())
                .containsExactly(
                        new Blocked(
                                Obstacle.HOST,
                                KEY,
                                "b.example.com",
                                2,
                                2,
                                Instant.ofEpochSecond(3),
                                Instant.ofEpochSecond(9)),
                        new Blocked(
                                CandidatePolicy.HOST_NOT_ALLOWED,
                                FREE,
                                "example.org",
                                1,
                                1,
                                Instant.ofEpochSecond(5),
                                Instant.ofEpochSecond(5)));
    }

    @Test
    void countsWhatIsTooManifoldToTellApart() {
        for (var i = 0; i < WhatIf.MAX_KINDS + 5; i++) {
            see(Ruling.USED, FREE, "h" + i + ".example.org", 1, i);
        }

        assertThat(whatIf.blocked()).hasSize(WhatIf.MAX_KINDS);
        assertThat(whatIf.omitted()).isEqualTo(5);
    }

    @Test
    void anEmptyAllowlistMeansEveryHost() {
        var policy = new CandidatePolicy(
                List.of(), List.of(), Map.of(KEY, HostPattern.parseAll(List.of("a.example.com"))), Map.of());

        assertThat(policy.against(FREE, asked("anywhere.test", "/"))).isEmpty();
        assertThat(policy.against(KEY, asked("A.example.com.", "/"))).isEmpty();
        assertThat(policy.against(KEY, asked("anywhere.test", "/"))).contains(Obstacle.HOST);
        assertThat(policy.against(FREE, asked("", "/"))).contains(CandidatePolicy.HOST_NOT_ALLOWED);
    }

    @Test
    void aDenylistWinsAndRulesLookAtMethodAndPath() {
        var deletes = new UseRule(UseRule.Effect.DENY, List.of(), List.of("DELETE"), List.of(), List.of());
        var below =
                new UseRule(UseRule.Effect.ALLOW, List.of(), List.of(), List.of(new PathPrefix("/v1/")), List.of(443));
        var policy = new CandidatePolicy(
                List.of(),
                HostPattern.parseAll(List.of("*.evil.test")),
                Map.of(),
                Map.of(KEY, List.of(deletes, below)));

        assertThat(policy.against(FREE, asked("a.evil.test", "/"))).contains(CandidatePolicy.HOST_DENIED);
        assertThat(policy.against(KEY, asked("a.test", "/v1/x"))).isEmpty();
        assertThat(policy.against(KEY, asked("a.test", "/v2/x"))).contains(Obstacle.NO_RULE);
        assertThat(policy.against(KEY, asked("a.test", "/v1/../x"))).contains(Obstacle.AMBIGUOUS);
        assertThat(policy.against(KEY, new Asked("DELETE", "a.test", "/v1/x"))).contains(Obstacle.deniedBy(1));
        assertThat(policy.against(FREE, asked("a.test", "/v2/x"))).isEmpty();
    }

    private static Asked asked(String host, String path) {
        return new Asked("GET", host, path);
    }
}
