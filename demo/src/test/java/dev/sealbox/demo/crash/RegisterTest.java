package dev.sealbox.demo.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A test of what the kill test believes. */
class RegisterTest {
    private static final Optional<String> NOTHING = Optional.empty();
    private static final Optional<String> A = Optional.of("a");
    private static final Optional<String> B = Optional.of("b");

    private final Register register = new Register(NOTHING);

    @Test
    void demandsWhatWasAcknowledgedLast() {
        register.acknowledged(A, System.nanoTime());
        register.acknowledged(B, System.nanoTime());

        assertThat(register.allows(B)).isTrue();
        assertThat(register.allows(A)).isFalse();
        assertThat(register.allows(NOTHING)).isFalse();
    }

    @Test
    void letsEitherOfTwoAtATimeBeTheLast() {
        var began = System.nanoTime();
        register.acknowledged(A, began);
        register.acknowledged(B, began);

        assertThat(register.allows(A)).isTrue();
        assertThat(register.allows(B)).isTrue();
        assertThat(register.allows(NOTHING)).isFalse();
    }

    @Test
    void letsWhatWasNotAnsweredBeThereOrNot() {
        register.acknowledged(A, System.nanoTime());
        register.unanswered(NOTHING, System.nanoTime());

        assertThat(register.allows(A)).isTrue();
        assertThat(register.allows(NOTHING)).isTrue();
        assertThat(register.allows(B)).isFalse();

        register.settle(A);
        assertThat(register.allows(NOTHING)).isFalse();
    }
}
