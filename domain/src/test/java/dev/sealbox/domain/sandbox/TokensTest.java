package dev.sealbox.domain.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.domain.store.SecretName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.RepeatedTest;

class TokensTest {
    private static final SecretName KEY = new SecretName("API_KEY");

    private final RandomGenerator random = new SplittableRandom();

    @RepeatedTest(20)
    void namesItsOwnTokenBeforeInheritedOnes() {
        var inherited = new LinkedHashMap<SealedToken, SecretName>();
        for (int i = 0; i < 5; i++) {
            inherited.put(SealedToken.random(random), KEY);
        }
        var own = SealedToken.random(random);

        var all = new Tokens(Map.of(KEY, own), inherited).all();

        assertThat(all).hasSize(6);
        assertThat(all.keySet().iterator().next()).isEqualTo(own);
    }
}
