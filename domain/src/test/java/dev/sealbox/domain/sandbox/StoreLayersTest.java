package dev.sealbox.domain.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.store.Offer;
import dev.sealbox.domain.store.StoreView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class StoreLayersTest {
    private static final SecretName TOKEN = new SecretName("TOKEN");
    private static final SecretName OTHER = new SecretName("OTHER");

    private static List<StoreName> names(String... names) {
        return List.of(names).stream().map(StoreName::new).toList();
    }

    private static List<HostPattern> hosts(String... hosts) {
        return HostPattern.parseAll(List.of(hosts));
    }

    private static StoreView layer(
            int number, List<HostPattern> allowlist, Map<SecretName, List<HostPattern>> secrets) {
        var all = new HashMap<SecretName, Offer>();
        secrets.forEach((name, hosts) -> all.put(
                name,
                new Offer(
                        number,
                        Optional.of(new Encrypted(new KeyId(new UUID(number, name.hashCode())), "AAEC")),
                        hosts,
                        Locations.ALL)));
        return new StoreView(new StoreId(new UUID(0, number)), new StoreName("s" + number), 1, false, allowlist, all);
    }

    @Test
    void keepTheFirstPlaceOfANameButMoveTheRequestedOneToTheEnd() {
        assertThat(StoreLayers.names(names("base", "child", "base"), Optional.empty()))
                .isEqualTo(names("base", "child"));
        assertThat(StoreLayers.names(names("base", "child"), Optional.of(new StoreName("base"))))
                .isEqualTo(names("child", "base"));
        assertThat(StoreLayers.names(names("base"), Optional.of(new StoreName("more"))))
                .isEqualTo(names("base", "more"));
        assertThat(StoreLayers.names(List.of(), Optional.empty())).isEmpty();
    }

    @Test
    void areAtMostSixteen() {
        var sixteen =
                IntStream.range(0, 16).mapToObj(i -> new StoreName("s" + i)).toList();
        assertThat(StoreLayers.names(sixteen, Optional.of(new StoreName("s3")))).hasSize(16);
        assertThatThrownBy(() -> StoreLayers.names(sixteen, Optional.of(new StoreName("more"))))
                .isInstanceOf(InvalidValue.class);
    }

    @Test
    void letTheLastLayerWinANameWithItsHosts() {
        var base = layer(1, List.of(), Map.of(TOKEN, hosts("a.example"), OTHER, hosts("b.example")));
        var child = layer(2, List.of(), Map.of(TOKEN, List.of()));

        var grants = StoreLayers.grants(List.of(base, child));

        assertThat(grants).containsOnlyKeys(TOKEN, OTHER);
        assertThat(grants).hasEntrySatisfying(TOKEN, grant -> {
            assertThat(grant.store()).isEqualTo(child.id());
            assertThat(grant.hosts()).isEmpty();
        });
        assertThat(grants)
                .hasEntrySatisfying(OTHER, grant -> assertThat(grant.hosts()).isEqualTo(hosts("b.example")));
    }

    @Test
    void passPlainTcpWhereAnyOfThemDoes() {
        var tcp = TcpTarget.parseAll(List.of("db.example.com:5432", "*.example.com:22"));
        var base = layer(1, hosts("a.example"), Map.of());
        var passing = new StoreView(base.id(), base.name(), 1, true, hosts("b.example"), Denials.NONE, Map.of(), tcp);
        var policy = StoreLayers.policy(
                new SandboxId("sb-0000000000000001"),
                new OrganizationId("acme"),
                1,
                List.of(base, passing, passing),
                hosts("a.example"),
                Map.of());

        assertThat(policy.tcp()).isEqualTo(tcp);
        assertThat(policy.without(Set.of()).descendedFrom(List.of()).tcp()).isEqualTo(tcp);
        assertThat(policy.mayPass(HostName.parse("db.example.com"), 5432)).isTrue();
        assertThat(policy.mayPass(HostName.parse("db.example.com"), 5433)).isFalse();
        assertThat(policy.mayPass(HostName.parse("a.example"), 5432)).isFalse();
        assertThat(policy.mayReach(HostName.parse("db.example.com"))).isFalse();
        assertThat(policy.passing(List.of()).mayPass(HostName.parse("db.example.com")))
                .isFalse();
    }

    @Test
    void letNoOtherLayersValueTakeThePlaceOfOneThatCannotBeUsed() {
        var base = layer(1, List.of(), Map.of(TOKEN, List.of(), OTHER, List.of()));
        var child = new StoreView(
                new StoreId(new UUID(0, 2)),
                new StoreName("s2"),
                1,
                false,
                List.of(),
                Map.of(TOKEN, new Offer(1, Optional.empty(), List.of(), Locations.ALL)));
        var sealed = SealedToken.random(new Random(1));

        assertThat(StoreLayers.grants(List.of(base, child))).containsOnlyKeys(OTHER);
        assertThat(StoreLayers.grants(List.of(child, base))).containsOnlyKeys(TOKEN, OTHER);
        assertThat(StoreLayers.secrets(List.of(base, child))).containsExactlyInAnyOrder(TOKEN, OTHER);
        assertThat(StoreLayers.policy(
                                new SandboxId("sb-0000000000000001"),
                                new OrganizationId("default"),
                                1,
                                List.of(base, child),
                                List.of(),
                                Map.of(sealed, TOKEN))
                        .tokens())
                .containsOnly(Map.entry(sealed, TOKEN));
    }

    @Test
    void addTheirDenialsUpAndLetThemWin() {
        var open = new StoreView(
                new StoreId(new UUID(0, 1)),
                new StoreName("s1"),
                1,
                false,
                hosts("*", "192.0.2.1"),
                new Denials(hosts("evil.example", "192.0.2.1"), UnusableTokens.REFUSE),
                Map.of(
                        TOKEN,
                        new Offer(
                                1,
                                Optional.of(new Encrypted(new KeyId(new UUID(0, 1)), "AAEC")),
                                List.of(),
                                Locations.ALL)),
                List.of());
        var other = new StoreView(
                new StoreId(new UUID(0, 2)),
                new StoreName("s2"),
                1,
                false,
                hosts("evil.example"),
                new Denials(hosts("*.bad.example"), UnusableTokens.PASS),
                Map.of(),
                TcpTarget.parseAll(List.of("*.bad.example:22", "good.example:22")));
        var layers = List.of(open, other);
        var policy = StoreLayers.policy(
                new SandboxId("sb-0000000000000001"),
                new OrganizationId("default"),
                1,
                layers,
                StoreLayers.allowlist(layers, false, List.of()),
                Map.of());

        for (var denied : List.of("evil.example", "a.bad.example")) {
            assertThat(policy.mayReach(new HostName(denied))).isFalse();
            assertThat(policy.mayConnect(new HostName(denied))).isFalse();
            assertThat(policy.mayUse(TOKEN, new HostName(denied))).isFalse();
        }
        assertThat(policy.mayPass(new HostName("a.bad.example"), 22)).isFalse();
        assertThat(policy.mayPass(new HostName("a.bad.example"))).isFalse();
        assertThat(policy.mayPass(new HostName("good.example"), 22)).isTrue();
        assertThat(policy.mayConnect(new HostName("192.0.2.1"))).isFalse();
        assertThat(policy.mayUse(TOKEN, new HostName("good.example"))).isTrue();
        assertThat(policy.denials().unusableTokens()).isEqualTo(UnusableTokens.REFUSE);
        assertThat(policy.closedIfEmpty()).isEqualTo(policy);
    }

    @Test
    void canMeanNoHostByAnEmptyAllowlist() {
        var policy = StoreLayers.policy(
                        new SandboxId("sb-0000000000000001"),
                        new OrganizationId("default"),
                        1,
                        List.of(layer(1, List.of(), Map.of(TOKEN, List.of()))),
                        List.of(),
                        Map.of())
                .closedIfEmpty();

        assertThat(policy.mayReach(new HostName("good.example"))).isFalse();
        assertThat(policy.mayUse(TOKEN, new HostName("good.example"))).isFalse();
    }

    @Test
    void addTheirAllowlistsUpAndLetAnEmptyOneAddNothing() {
        var none = layer(1, List.of(), Map.of());
        var x = layer(2, hosts("x"), Map.of());
        var y = layer(3, hosts("y", "x"), Map.of());
        var all = layer(4, hosts("*"), Map.of());

        assertThat(StoreLayers.allowlist(List.of(none, none), false, List.of())).isEmpty();
        assertThat(StoreLayers.allowlist(List.of(x, none), false, List.of())).isEqualTo(hosts("x"));
        assertThat(StoreLayers.allowlist(List.of(none, y), false, List.of())).isEqualTo(hosts("y", "x"));
        assertThat(StoreLayers.allowlist(List.of(x, y), false, List.of())).isEqualTo(hosts("x", "y"));
        assertThat(StoreLayers.allowlist(List.of(x, all), false, List.of())).isEqualTo(hosts("x", "*"));
    }

    @Test
    void rememberARestrictionWhoseStoresAreGone() {
        var none = layer(1, List.of(), Map.of());
        var x = layer(2, hosts("x"), Map.of());

        assertThat(StoreLayers.allowlist(List.of(), true, hosts("r"))).isEqualTo(hosts("r"));
        assertThat(StoreLayers.allowlist(List.of(none), true, hosts("r"))).isEqualTo(hosts("r"));
        assertThat(StoreLayers.allowlist(List.of(x), true, hosts("r"))).isEqualTo(hosts("x"));
        assertThat(StoreLayers.allowlist(List.of(none), false, hosts("r"))).isEmpty();
    }

    /** Random stacks, against the rule said in the plainest way. */
    @RepeatedTest(200)
    void doAsTheContractSays(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var layers = new ArrayList<StoreView>();
        for (var i = 0; i < random.nextInt(5); i++) {
            var secrets = new HashMap<SecretName, List<HostPattern>>();
            for (var s = 0; s < 3; s++) {
                if (random.nextBoolean()) {
                    secrets.put(new SecretName("S" + s), random.nextBoolean() ? List.of() : hosts("h" + i));
                }
            }
            layers.add(layer(i + 1, random.nextBoolean() ? List.of() : hosts("h" + random.nextInt(3)), secrets));
        }
        var tokens = new LinkedHashMap<SealedToken, SecretName>();
        for (var t = 0; t < 6; t++) {
            tokens.put(SealedToken.random(random), new SecretName("S" + random.nextInt(4)));
        }
        var sandbox = new SandboxId("sb-0000000000000001");
        var allowlist = StoreLayers.allowlist(layers, false, hosts("never"));
        var policy = StoreLayers.policy(sandbox, new OrganizationId("default"), 1, layers, allowlist, tokens);

        for (var s = 0; s < 4; s++) {
            var name = new SecretName("S" + s);
            var winner = layers.reversed().stream()
                    .filter(layer -> layer.secrets().containsKey(name))
                    .findFirst();
            assertThat(Optional.ofNullable(policy.grants().get(name)).map(grant -> grant.store()))
                    .isEqualTo(winner.map(StoreView::id));
            for (var h = 0; h < 5; h++) {
                var host = new HostName("h" + h);
                var reachable = allowlist.isEmpty() || allowlist.contains(new HostPattern.Exactly(host));
                assertThat(policy.mayReach(host)).isEqualTo(reachable);
                var hostsOfWinner =
                        winner.map(layer -> Optional.ofNullable(layer.secrets().get(name))
                                .orElseThrow()
                                .hosts());
                assertThat(policy.mayUse(name, host))
                        .isEqualTo(reachable
                                && hostsOfWinner
                                        .filter(hosts ->
                                                hosts.isEmpty() || hosts.contains(new HostPattern.Exactly(host)))
                                        .isPresent());
            }
        }
        assertThat(policy.tokens()).isEqualTo(tokens);
    }
}
