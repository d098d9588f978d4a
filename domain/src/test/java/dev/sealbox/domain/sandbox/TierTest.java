package dev.sealbox.domain.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TierTest {

    private static Optional<Integer> known(int number) {
        return number == 0 ? Optional.empty() : Optional.of(number);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 1, 4096",
        "1, 0, 1, 1024",
        "2, 0, 2, 8192",
        "4, 0, 4, 16384",
        "0, 1024, 1, 1024",
        "0, 4096, 1, 4096",
        "0, 8192, 2, 8192",
        "0, 16384, 4, 16384",
        "1, 4096, 1, 4096",
        "4, 16384, 4, 16384"
    })
    void completesWhatIsAsked(int cpu, int memory, int cpuGiven, int memoryGiven) {
        assertThat(Tier.choose(known(cpu), known(memory), Optional.empty()))
                .isEqualTo(new Limits(cpuGiven, memoryGiven, 20480));
    }

    @ParameterizedTest
    @CsvSource({"3, 0", "8, 0", "-1, 0", "0, 2048", "0, 32768", "0, -1", "2, 4096", "1, 16384"})
    void refusesWhatIsNoTier(int cpu, int memory) {
        assertThatThrownBy(() -> Tier.choose(known(cpu), known(memory), Optional.empty()))
                .isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @CsvSource({"-1, 1, 1024", "1, 1, 1024", "2048, 1, 2048", "6000, 2, 6000", "16384, 4, 16384", "2147483647, 4, 16384"
    })
    void takesAnyMemoryWhereNoSizeIsAsked(int memory, int cpuGiven, int memoryGiven) {
        assertThat(Tier.around(memory, Optional.empty())).isEqualTo(new Limits(cpuGiven, memoryGiven, 20480));
        assertThatThrownBy(() -> Tier.around(memory, Optional.of(1))).isInstanceOf(InvalidValue.class);
    }

    @Test
    void boundsTheDisk() {
        assertThat(Tier.choose(Optional.empty(), Optional.empty(), Optional.of(262144))
                        .diskMB())
                .isEqualTo(262144);
        assertThatThrownBy(() -> Tier.choose(Optional.empty(), Optional.empty(), Optional.of(20479)))
                .isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> Tier.choose(Optional.empty(), Optional.empty(), Optional.of(262145)))
                .isInstanceOf(InvalidValue.class);
    }
}
