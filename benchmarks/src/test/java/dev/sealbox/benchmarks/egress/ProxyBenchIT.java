package dev.sealbox.benchmarks.egress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** {@code ./sealbox bench proxy --quick}, with the real processes. */
class ProxyBenchIT {

    @Test
    void findsEveryAnswerOfTheProxyRight() {
        var rows = new ArrayList<String>();

        var results = ProxyBench.measure(true, rows::add);

        assertThat(results).hasSameSizeAs(Plan.quick()).allMatch(Result::allRight, String.join("\n", rows));
        assertThat(results)
                .filteredOn(result -> result.rotations() != null)
                .singleElement()
                .satisfies(rotated -> assertThat(rotated.rotations()).isGreaterThan(3));
    }
}
