package dev.sealbox.domain.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import java.security.SecureRandom;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class SealedTokenTest {

    @Test
    void isAPrefixAnd32HexDigits() {
        var token = SealedToken.random(new SecureRandom());

        assertThat(token.value())
                .matches("osb_sealed_[0-9a-f]{32}")
                .hasSize(SealedToken.LENGTH)
                .hasSize(43);
    }

    @Test
    void isNeverDrawnTwice() {
        var random = new SecureRandom();
        var drawn = new HashSet<SealedToken>();
        for (var i = 0; i < 1000; i++) {
            drawn.add(SealedToken.random(random));
        }
        assertThat(drawn).hasSize(1000);
    }

    @Test
    void isNothingElse() {
        assertThatThrownBy(() -> new SealedToken("osb_sealed_00112233445566778899AABBCCDDEEFF"))
                .isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> new SealedToken("osb_sealed_0011")).isInstanceOf(InvalidValue.class);
    }
}
