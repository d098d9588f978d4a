package dev.sealbox.benchmarks.egress;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one scenario gave. Times in milliseconds, memory in MiB if not named otherwise; what does not apply is null.
 *
 * @param right answers that were exactly right, or events
 * @param errors everything else
 * @param wrong of those: another value than the right one arrived, or a value came back
 * @param cpuPer1000 seconds of the proxy for 1,000 right answers
 * @param first until the first byte of an upload is upstream, or the first event is here
 * @param peakMib the most that was resident during the scenario; {@code grewMib} by how much more than before it
 * @param stalls gaps of more than 50 ms between bytes that were sent without one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Result(
        String name,
        long right,
        long errors,
        long wrong,
        @Nullable String firstError,
        double seconds,
        double perSecond,
        @Nullable Double p50,
        @Nullable Double p99,
        @Nullable Double p999,
        double cpuSeconds,
        @Nullable Double cpuPer1000,
        @Nullable Double cpuPerGib,
        @Nullable Double mibPerSecond,
        @Nullable Double first,
        double peakMib,
        double grewMib,
        @Nullable Double kibPerConnection,
        @Nullable Long stalls,
        @Nullable Long rotations) {

    /** Whether something was measured and nothing went wrong. */
    public boolean allRight() {
        return right > 0 && errors == 0 && wrong == 0;
    }

    static String header() {
        return "%-40s %9s %8s %8s %8s %9s %8s %8s %6s %6s  %s"
                .formatted(
                        "",
                        "right",
                        "per s",
                        "p50 ms",
                        "p99 ms",
                        "p99.9 ms",
                        "CPU/1000",
                        "CPU/GiB",
                        "MiB",
                        "errors",
                        "further");
    }

    String row() {
        return String.format(
                Locale.ROOT,
                "%-40s %9d %8.0f %8s %8s %9s %8s %8s %6.0f %6d  %s",
                name,
                right,
                perSecond,
                text(p50),
                text(p99),
                text(p999),
                text(cpuPer1000),
                text(cpuPerGib),
                peakMib,
                errors,
                further());
    }

    private String further() {
        return Stream.of(
                        told("%.0f MiB/s", mibPerSecond),
                        told("first after %.1f ms", first),
                        told("%.1f KiB each", kibPerConnection),
                        told("%d stalls", stalls),
                        told("%d rotations", rotations),
                        List.of("%+.0f MiB".formatted(grewMib)),
                        wrong == 0 ? List.<String>of() : List.of(wrong + " WRONG"),
                        told("%s", firstError))
                .flatMap(List::stream)
                .collect(Collectors.joining(", "));
    }

    private static List<String> told(String form, @Nullable Object figure) {
        return figure == null ? List.of() : List.of(String.format(Locale.ROOT, form, figure));
    }

    private static String text(@Nullable Double figure) {
        return figure == null ? "" : String.format(Locale.ROOT, figure < 10 ? "%.3f" : "%.1f", figure);
    }
}
