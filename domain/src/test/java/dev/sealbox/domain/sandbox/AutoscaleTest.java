package dev.sealbox.domain.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutoscaleTest {
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({
        "1024,  700, 1024",
        "1024,  830, 4096",
        "4096, 3300, 8192",
        "4096,  500, 4096",
        "4096,  400, 1024",
        "8192, 1700, 8192",
        "8192, 1600, 4096",
        "8192, 8000, 8192",
        "16384, 4000, 8192",
        "16384, 7000, 16384"
    })
    void fitsTheSizeToWhatIsUsed(int present, long usedMiB, int fitting) {
        assertThat(Autoscale.between(1024, 8192).fitting(present, usedMiB * MIB))
                .isEqualTo(fitting);
    }

    @Test
    void keepsToItsBounds() {
        var bounds = Autoscale.between(4096, 8192);

        assertThat(bounds.fitting(1024, 0)).isEqualTo(4096);
        assertThat(bounds.fitting(4096, 0)).isEqualTo(4096);
    }

    @Test
    void allowsStepsTowardsItsBoundsAndNoFurther() {
        var bounds = Autoscale.between(4096, 8192);

        assertThat(bounds.allows(1024, 4096)).isTrue();
        assertThat(bounds.allows(4096, 8192)).isTrue();
        assertThat(bounds.allows(16384, 8192)).isTrue();
        assertThat(bounds.allows(8192, 16384)).isFalse();
        assertThat(bounds.allows(4096, 1024)).isFalse();
        assertThat(bounds.allows(4096, 4096)).isFalse();
    }

    @Test
    void doesNotGoToAndFro() {
        var bounds = Autoscale.between(1024, 16384);
        for (var used = 0L; used < 16384; used += 64) {
            for (var size : new int[] {1024, 4096, 8192, 16384}) {
                if (used <= size) {
                    var next = bounds.fitting(size, used * MIB);
                    assertThat(bounds.fitting(next, used * MIB) == size && next != size)
                            .as("%d MiB used of %d", used, size)
                            .isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1000,4096", "1024,5000", "8192,4096", "0,0"})
    void refusesBoundsThatAreNoSizesOrTheWrongWayRound(int least, int most) {
        assertThatThrownBy(() -> Autoscale.between(least, most)).isInstanceOf(InvalidValue.class);
    }
}
