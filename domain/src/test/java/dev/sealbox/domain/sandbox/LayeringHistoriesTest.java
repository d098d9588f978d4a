package dev.sealbox.domain.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random stacks of stores against a model that says the rules of SEMANTICS 7 in the plainest way. The seed is the test's name. */
class LayeringHistoriesTest {

    private static final List<String> HOSTS = List.of("a.test", "b.test", "x.a.test", "c.test");
    private static final List<String> PATTERNS = List.of("a.test", "b.test", "*.a.test", "*");
    private static final List<SecretName> NAMES =
            List.of(new SecretName("ALPHA"), new SecretName("BETA"), new SecretName("GAMMA"));

    static IntStream seeds() {
        return IntStream.range(0, 500);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void aStackMeansWhatTheRulesSay(int seed) {
        var random = new Random(seed);
        var layers = IntStream.range(0, random.nextInt(5))
                .mapToObj(i -> store(random))
                .toList();
        var lost = random.nextInt(4) == 0;
        var remembered = patterns(random);
        var tokens = new LinkedHashMap<SealedToken, SecretName>();
        NAMES.forEach(name -> tokens.put(SealedToken.random(random), name));

        var policy = StoreLayers.policy(
                new SandboxId("sb-0000000000000000"),
                new OrganizationId("o"),
                1,
                layers,
                StoreLayers.allowlist(layers, lost, remembered),
                tokens);

        for (var host : HOSTS) {
            assertThat(policy.mayReach(HostName.parse(host))).isEqualTo(mayReach(layers, lost, remembered, host));
            for (var name : NAMES) {
                var winner = winner(layers, name);
                assertThat(policy.mayUse(name, HostName.parse(host)))
                        .isEqualTo(winner != null
                                && winner.value().isPresent()
                                && mayReach(layers, lost, remembered, host)
                                && matchesOrEmpty(winner.hosts(), host));
                var value = winner == null ? Optional.empty() : winner.value();
                assertThat(policy.tokens()).containsValue(name);
                assertThat(Optional.ofNullable(policy.grants().get(name)).map(Grant::value))
                        .isEqualTo(value);
            }
        }
    }

    private static @Nullable Offer winner(List<StoreView> layers, SecretName name) {
        for (var i = layers.size() - 1; i >= 0; i--) {
            var secret = layers.get(i).secrets().get(name);
            if (secret != null) {
                return secret;
            }
        }
        return null;
    }

    private static boolean mayReach(List<StoreView> layers, boolean lost, List<HostPattern> remembered, String host) {
        var union = new ArrayList<HostPattern>();
        layers.forEach(layer -> union.addAll(layer.allowlist()));
        return matchesOrEmpty(union.isEmpty() && lost ? remembered : union, host);
    }

    private static boolean matchesOrEmpty(List<HostPattern> patterns, String host) {
        return patterns.isEmpty()
                || patterns.stream().map(HostPattern::toString).anyMatch(pattern -> matches(pattern, host));
    }

    private static boolean matches(String pattern, String host) {
        return pattern.equals("*")
                || pattern.equals(host)
                || (pattern.startsWith("*.") && host.endsWith(pattern.substring(1)));
    }

    private static StoreView store(Random random) {
        var secrets = new LinkedHashMap<SecretName, Offer>();
        NAMES.stream().filter(name -> random.nextBoolean()).forEach(name -> secrets.put(name, secret(random)));
        var id = new StoreId(new UUID(random.nextLong(), random.nextLong()));
        return new StoreView(id, new StoreName("s"), 1, false, patterns(random), Map.copyOf(secrets));
    }

    /** One in four cannot be used. */
    private static Offer secret(Random random) {
        var value = new Encrypted(new KeyId(new UUID(random.nextLong(), random.nextLong())), "AAAA");
        return new Offer(
                1, Optional.of(value).filter(usable -> random.nextInt(4) > 0), patterns(random), Locations.ALL);
    }

    private static List<HostPattern> patterns(Random random) {
        return PATTERNS.stream()
                .filter(pattern -> random.nextInt(4) == 0)
                .map(HostPattern::parse)
                .toList();
    }
}
