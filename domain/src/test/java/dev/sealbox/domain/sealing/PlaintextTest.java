package dev.sealbox.domain.sealing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import org.junit.jupiter.api.Test;

@MayReveal("the test looks whether a closed value is wiped")
class PlaintextTest {

    @Test
    void printsNothingOfItself() {
        assertThat(Plaintext.of("hush")).hasToString("redacted");
    }

    @Test
    void isWipedWhenClosed() {
        var bytes = new byte[] {1, 2, 3};
        var value = Plaintext.owning(bytes);
        assertThat(value.reveal()).isSameAs(bytes);

        value.close();

        assertThat(bytes).containsOnly(0);
    }

    @Test
    void hasOneTo65536Bytes() {
        assertThat(Plaintext.of("a".repeat(65536)).length()).isEqualTo(65536);
        assertThatThrownBy(() -> Plaintext.of("")).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> Plaintext.of("ä".repeat(32769)))
                .isInstanceOf(InvalidValue.class)
                .hasMessageNotContaining("ä");
    }
}
