package dev.sealbox.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Durations of one thing that was done many times.
 *
 * @param name what was done
 * @param nanos one duration each, in the order in which they were measured
 */
record Samples(String name, List<Long> nanos) {
    Samples {
        if (nanos.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured for " + name);
        }
        nanos = List.copyOf(nanos);
    }

    /** Does {@code work} some times unmeasured, then {@code times} measured. */
    static Samples of(String name, int unmeasured, int times, Runnable work) {
        for (int i = 0; i < unmeasured; i++) {
            work.run();
        }
        var nanos = new Long[times];
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            work.run();
            nanos[i] = System.nanoTime() - start;
        }
        return new Samples(name, Arrays.asList(nanos));
    }

    double medianMillis() {
        return quantile(0.5);
    }

    double p99Millis() {
        return quantile(0.99);
    }

    /** The smallest duration that at least this share of all does not exceed. */
    private double quantile(double share) {
        var sorted = nanos.stream().sorted().toList();
        int rank = (int) Math.ceil(share * sorted.size());
        return sorted.get(Math.max(rank, 1) - 1) / 1e6;
    }

    static String header() {
        return String.format(Locale.ROOT, "%-44s %6s %12s %12s", "", "n", "median ms", "p99 ms");
    }

    String row() {
        return String.format(Locale.ROOT, "%-44s %6d %12.3f %12.3f", name, nanos.size(), medianMillis(), p99Millis());
    }
}
