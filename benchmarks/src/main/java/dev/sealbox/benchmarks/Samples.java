package dev.sealbox.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Durations of one thing that was done many times.
 *
 * @param name what was done
 * @param nanos one duration each, in the order in which they were measured
 * @param elapsed how long all of it took, when several were done at a time
 * @param aim what it should have been, where that was said
 */
record Samples(String name, List<Long> nanos, Optional<Duration> elapsed, Optional<Aim> aim) {
    /** A target and whether it was reached. */
    record Aim(String target, boolean reached) {
        @Override
        public String toString() {
            return target + (reached ? "" : ": MISSED");
        }
    }

    Samples {
        if (nanos.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured for " + name);
        }
        nanos = List.copyOf(nanos);
    }

    /** Without an aim. */
    Samples(String name, List<Long> nanos, Optional<Duration> elapsed) {
        this(name, nanos, elapsed, Optional.empty());
    }

    /** Of what was done one at a time. */
    Samples(String name, List<Long> nanos) {
        this(name, nanos, Optional.empty(), Optional.empty());
    }

    /** Of what was done several at a time. */
    Samples(String name, List<Long> nanos, Duration elapsed) {
        this(name, nanos, Optional.of(elapsed), Optional.empty());
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

    Samples aiming(String target, boolean reached) {
        return new Samples(name, nanos, elapsed, Optional.of(new Aim(target, reached)));
    }

    /** Milliseconds that are not to be exceeded. */
    Samples atMost(double median, double p99) {
        return aiming(
                String.format(Locale.ROOT, "%.0f, p99 %.0f", median, p99),
                medianMillis() <= median && p99Millis() <= p99);
    }

    Samples p99AtMost(double millis) {
        return aiming(String.format(Locale.ROOT, "p99 %.0f", millis), p99Millis() <= millis);
    }

    Samples perSecondAtLeast(double rate) {
        return aiming(
                String.format(Locale.ROOT, "%.0f per second", rate), perSecond().orElse(0.0) >= rate);
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

    /** How many were done in a second; empty when they were done one at a time. */
    Optional<Double> perSecond() {
        return elapsed.map(time -> nanos.size() / (time.toNanos() / 1e9));
    }

    static String header() {
        return String.format(
                Locale.ROOT, "%-44s %6s %12s %12s %12s  %s", "", "n", "median ms", "p99 ms", "per second", "target");
    }

    String row() {
        return String.format(
                Locale.ROOT,
                "%-44s %6d %12.3f %12.3f %12s  %s",
                name,
                nanos.size(),
                medianMillis(),
                p99Millis(),
                perSecond()
                        .map(rate -> String.format(Locale.ROOT, "%.0f", rate))
                        .orElse(""),
                aim.map(Aim::toString).orElse(""));
    }
}
