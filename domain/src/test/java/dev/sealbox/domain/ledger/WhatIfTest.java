package dev.sealbox.domain.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.ledger.CandidatePolicy.Objection;
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
            Map.of(KEY, HostPattern.parseAll(List.of("a.example.com")))));

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
                                Objection.SECRET_NOT_FOR_HOST,
                                KEY,
                                "b.example.com",
                                2,
                                2,
                                Instant.ofEpochSecond(3),
                                Instant.ofEpochSecond(9)),
                        new Blocked(
                                Objection.HOST_NOT_ALLOWED,
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
        var policy = new CandidatePolicy(List.of(), Map.of(KEY, HostPattern.parseAll(List.of("a.example.com"))));

        assertThat(policy.against(FREE, "anywhere.test")).isEmpty();
        assertThat(policy.against(KEY, "A.example.com.")).isEmpty();
        assertThat(policy.against(KEY, "anywhere.test")).contains(Objection.SECRET_NOT_FOR_HOST);
        assertThat(policy.against(FREE, "")).contains(Objection.HOST_NOT_ALLOWED);
    }
}
