package dev.sealbox.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.Command;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandFormTest {
    @Test
    void writesTimeoutArgumentsEnvironmentAndDirectory() {
        var form = CommandForm.of(new Command(List.of("a", "é"), Map.of("K", "v"), "/d", Duration.ofSeconds(2)));

        assertThat(form)
                .containsExactly(
                        0, 0, 7, 0xd0, 0, 0, 0, 2, 0, 0, 0, 1, 'a', 0, 0, 0, 2, 0xc3, 0xa9, 0, 0, 0, 1, 0, 0, 0, 3, 'K',
                        '=', 'v', 0, 0, 0, 2, '/', 'd');
    }

    @Test
    void refusesWhatNoProgramCanBeGiven() {
        for (var argv : List.of(List.<String>of(), List.of("a\0b"), List.of("x".repeat(5 << 20)))) {
            assertThatThrownBy(() -> CommandForm.of(new Command(argv, Map.of(), "/", Duration.ZERO)))
                    .isInstanceOf(InvalidValue.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0", "PT0.000000001S, 1", "PT1S, 1000", "P100D, 0"})
    void roundsTimeoutsUpAndTakesVeryLongOnesForNone(Duration timeout, int milliseconds) {
        var form = CommandForm.of(new Command(List.of("a"), Map.of(), "/", timeout));

        assertThat(ByteBuffer.wrap(form).getInt()).isEqualTo(milliseconds);
    }
}
