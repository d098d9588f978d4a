package dev.sealbox.benchmarks.egress;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Counts what is measured. Thread-safe. */
final class Tally {
    private final Usage proxy;

    private long[] nanos = new long[1 << 12];
    private int count;
    private boolean measuring;
    private long errors;
    private long wrong;
    private @Nullable String firstError;
    private long began;
    private long ended;
    private double cpuBefore;
    private double cpu;
    private double residentBefore;
    private double peak;

    private long bytes;
    private @Nullable Double first;
    private @Nullable Double kibPerConnection;
    private @Nullable Long stalls;
    private @Nullable Long rotations;

    Tally(Usage proxy) {
        this.proxy = proxy;
    }

    /** What comes from now on is measured. Errors count always. */
    synchronized void begin() {
        residentBefore = proxy.residentMib();
        proxy.forgetPeak();
        cpuBefore = proxy.cpuSeconds();
        began = System.nanoTime();
        measuring = true;
    }

    synchronized void end() {
        measuring = false;
        ended = System.nanoTime();
        cpu = proxy.cpuSeconds() - cpuBefore;
        peak = proxy.peakMib();
    }

    /** An answer that was right, and how long it took. */
    synchronized void right(long taken) {
        if (!measuring) {
            return;
        }
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, count * 2);
        }
        nanos[count++] = taken;
    }

    synchronized void wrong(String message) {
        wrong++;
        error(message);
    }

    synchronized void error(String message) {
        errors++;
        if (firstError == null) {
            firstError = message;
        }
    }

    synchronized void bytes(long moved) {
        bytes = moved;
    }

    synchronized void first(long taken) {
        first = taken / 1e6;
    }

    synchronized void kibPerConnection(double kib) {
        kibPerConnection = kib;
    }

    synchronized void stalls(long number) {
        stalls = number;
    }

    synchronized void rotations(long number) {
        rotations = number;
    }

    synchronized Result result(Work work) {
        var sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        double seconds = (ended - began) / 1e9;
        boolean moved = bytes > 0;
        boolean timed = count > 1;
        return new Result(
                work.name(),
                count,
                errors,
                wrong,
                firstError,
                seconds,
                count / seconds,
                timed ? quantile(sorted, 0.5) : null,
                timed ? quantile(sorted, 0.99) : null,
                timed ? quantile(sorted, 0.999) : null,
                cpu,
                timed ? cpu * 1000 / count : null,
                moved ? cpu * (1L << 30) / bytes : null,
                moved ? bytes / seconds / (1 << 20) : null,
                first,
                peak,
                peak - residentBefore,
                kibPerConnection,
                stalls,
                rotations);
    }

    /** Milliseconds that at least this share did not exceed. */
    private static double quantile(long[] sorted, double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(rank, 1) - 1] / 1e6;
    }
}
