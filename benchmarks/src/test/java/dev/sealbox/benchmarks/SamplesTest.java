package dev.sealbox.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SamplesTest {

    @Test
    void countsRanksFromTheSmallest() {
        var shuffled = new ArrayList<>(
                LongStream.rangeClosed(1, 200).mapToObj(i -> i * 1_000_000).toList());
        Collections.shuffle(shuffled);

        var samples = new Samples("x", shuffled);

        assertThat(samples.medianMillis()).isEqualTo(100.0);
        assertThat(samples.p99Millis()).isEqualTo(198.0);
    }

    @Test
    void isOneSampleAllByItself() {
        var samples = new Samples("x", List.of(2_000_000L));

        assertThat(samples.medianMillis()).isEqualTo(2.0);
        assertThat(samples.p99Millis()).isEqualTo(2.0);
    }
}
