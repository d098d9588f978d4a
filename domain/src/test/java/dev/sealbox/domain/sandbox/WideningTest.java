package dev.sealbox.domain.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.store.Offer;
import dev.sealbox.domain.store.StoreView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WideningTest {
    private static final SecretName SECRET = new SecretName("TOKEN");

    private static StoreView store(int number, List<HostPattern> allowlist, Map<SecretName, Offer> secrets) {
        return new StoreView(
                new StoreId(new UUID(0, number)), new StoreName("s" + number), 1, false, allowlist, secrets);
    }

    private static List<HostPattern> hosts(String words) {
        return words.equals("-") ? List.of() : HostPattern.parseAll(List.of(words.split(" ")));
    }

    private static Offer offer(String hosts) {
        var value = new Encrypted(new KeyId(new UUID(0, 9)), "AAAA");
        return new Offer(1, Optional.of(value), hosts(hosts), Locations.ALL);
    }

    @ParameterizedTest
    @CsvSource({
        // the inherited allowlist, the new one, the secret's hosts: what is widened
        "a.test,            b.test,          -,        b.test",
        "a.test,            a.test b.test,   -,        b.test",
        "*.a.test,          x.a.test,        -,        -",
        "*.a.test,          *.x.a.test,      -,        -",
        "*.a.test,          a.test,          -,        a.test",
        "*,                 b.test,          -,        -",
        "a.test,            *,               -,        *",
        "a.test,            -,               -,        -",
        "-,                 b.test,          -,        -",
        "a.test,            b.test,          a.test,   -",
    })
    void saysWhereAnInheritedSecretCanGoNow(String before, String own, String secretHosts, String widened) {
        var inherited = List.of(store(1, hosts(before), Map.of(SECRET, offer(secretHosts))));
        var all = List.of(inherited.getFirst(), store(2, hosts(own), Map.of()));

        var found = Widening.of(
                inherited,
                all,
                StoreLayers.allowlist(inherited, false, List.of()),
                StoreLayers.allowlist(all, false, List.of()));

        assertThat(found)
                .isEqualTo(
                        widened.equals("-")
                                ? Optional.empty()
                                : Optional.of(new Widening(Set.of(SECRET), hosts(widened))));
    }

    @ParameterizedTest
    @CsvSource({"-", "b.test"})
    void leavesASecretAloneThatTheNewStoreHasWon(String hosts) {
        var inherited = List.of(store(1, hosts("a.test"), Map.of(SECRET, offer("-"))));
        var all = List.of(inherited.getFirst(), store(2, hosts("b.test"), Map.of(SECRET, offer(hosts))));

        assertThat(Widening.of(inherited, all, hosts("a.test"), hosts("a.test b.test")))
                .isEmpty();
    }
}
