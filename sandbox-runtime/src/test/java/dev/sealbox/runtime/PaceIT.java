package dev.sealbox.runtime;

import static dev.sealbox.runtime.Node.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The figures that are promised, with room for a busy machine; prints what was measured. */
class PaceIT {
    private static final int STARTS = 15;
    private static final int RUNS = 200;

    @Test
    void startsAndRunsWithoutDelay() {
        try (var node = Node.open()) {
            var first = node.start();
            node.run(first, "head -c 10000000 /dev/urandom > data");
            var checkpoint = node.checkpoint(first);

            var start = median("start", STARTS, () -> node.start());
            var run = median("run true", RUNS, () -> node.run(first, List.of("true"), Duration.ofSeconds(10)));
            median("run sh -c", RUNS, () -> node.run(first, "echo hello"));
            median("write 1 KiB", RUNS, () -> node.write(first, "small", "x".repeat(1024)));
            var capture = median("checkpoint of 10 MB", STARTS, () -> node.checkpoint(first));
            var fork = median("fork", STARTS, () -> node.start(checkpoint));
            median("start and stop", STARTS, () -> await(node.runtime().stop(node.start())));

            assertThat(run).isLessThan(Duration.ofMillis(25));
            assertThat(List.of(start, fork, capture)).allMatch(each -> each.compareTo(Duration.ofSeconds(1)) < 0);
        }
    }

    private static Duration median(String what, int times, Runnable work) {
        var nanos = LongStream.range(0, times)
                .map(each -> {
                    var begun = System.nanoTime();
                    work.run();
                    return System.nanoTime() - begun;
                })
                .sorted()
                .toArray();
        var median = Duration.ofNanos(nanos[times / 2]);
        System.out.printf(
                "pace: %-20s median %.2f ms, worst of %d %.2f ms%n",
                what, median.toNanos() / 1e6, times, nanos[times - 1] / 1e6);
        return median;
    }
}
