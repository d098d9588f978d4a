package dev.sealbox.benchmarks.egress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel says of a process: processor time with a resolution of 10 ms, and memory. */
final class Usage {
    /** Of {@code sysconf(_SC_CLK_TCK)}, which is the same on every Linux. */
    private static final double TICKS_PER_SECOND = 100;

    private final Path proc;

    Usage(long pid) {
        this.proc = Path.of("/proc", Long.toString(pid));
    }

    /** Seconds of all threads since it began, in its own code and in the kernel for it. */
    double cpuSeconds() {
        var stat = read("stat");
        // The name of the program, in brackets, may hold spaces.
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    double residentMib() {
        return status("VmRSS:");
    }

    /** Since {@link #forgetPeak}. */
    double peakMib() {
        return status("VmHWM:");
    }

    void forgetPeak() {
        try {
            Files.writeString(proc.resolve("clear_refs"), "5");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private double status(String name) {
        return read("status")
                        .lines()
                        .filter(line -> line.startsWith(name))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElseThrow()
                / 1024.0;
    }

    private String read(String file) {
        try {
            return Files.readString(proc.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
