package dev.sealbox.benchmarks;

import com.code_intelligence.jazzer.Jazzer;
import dev.sealbox.demo.node.Project;
import dev.sealbox.proxy.fuzz.Choices;
import dev.sealbox.proxy.fuzz.Properties;
import dev.sealbox.proxy.fuzz.Property;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * {@code ./sealbox bench fuzz [--seconds N] [PROPERTY...]}: each property is tried for so long (60 s unless told) by a
 * coverage-guided fuzzer, and that of the whole proxy with one seed after the other. What the fuzzer has learnt stays
 * under {@code target/bench/fuzz} for the next time.
 */
final class Fuzz {
    private static final Pattern COVERED = Pattern.compile("cov: (\\d+)");
    private static final Pattern TRIED = Pattern.compile("stat::number_of_executed_units: *(\\d+)");
    private static final int UNLESS_TOLD = 60;
    private static final String ROW = "%-12s %12s %10s  %s%n";
    private static final String MANY_THREADS = "proxy";

    private Fuzz() {}

    /** The exit status: 1 when a property does not hold, 2 when the arguments make no sense. */
    static int run(List<String> arguments) {
        var names = new ArrayList<>(arguments);
        int option = names.indexOf("--seconds");
        int seconds = UNLESS_TOLD;
        if (option >= 0) {
            if (option + 1 == names.size() || !names.get(option + 1).matches("[1-9][0-9]{0,6}")) {
                return misunderstood("--seconds wants a number");
            }
            seconds = Integer.parseInt(names.remove(option + 1));
            names.remove(option);
        }
        if (!Properties.names().containsAll(names)) {
            return misunderstood("no such property; there are: " + String.join(", ", Properties.names()));
        }
        System.out.printf(ROW, "property", "cases", "branches", "outcome");
        int broken = 0;
        for (var name : names.isEmpty() ? Properties.names() : names) {
            broken += holds(name, seconds) ? 0 : 1;
        }
        return broken == 0 ? 0 : 1;
    }

    private static int misunderstood(String why) {
        System.err.println(why);
        return 2;
    }

    private static boolean holds(String name, int seconds) {
        return name.equals(MANY_THREADS) ? holdsForSeeds(name, seconds) : holdsForTheFuzzer(name, seconds);
    }

    /** The fuzzer follows one thread. */
    private static boolean holdsForSeeds(String name, int seconds) {
        var property = Properties.of(name);
        long first = System.nanoTime();
        long end = first + TimeUnit.SECONDS.toNanos(seconds);
        long seed = first;
        try {
            while (System.nanoTime() < end) {
                property.check(Choices.of(seed));
                seed++;
            }
            System.out.printf(ROW, name, seed - first, "-", "holds");
            return true;
        } catch (RuntimeException | AssertionError e) {
            System.out.printf(ROW, name, seed - first, "-", "BROKEN by seed " + seed + ": " + e);
            return false;
        } finally {
            closed(property);
        }
    }

    private static void closed(Property property) {
        try {
            if (property instanceof AutoCloseable open) {
                open.close();
            }
        } catch (Exception e) {
            throw new IllegalStateException("could not be closed", e);
        }
    }

    private static boolean holdsForTheFuzzer(String name, int seconds) {
        var folder = Project.home().resolve("target/bench/fuzz").resolve(name);
        try {
            var corpus = Files.createDirectories(folder.resolve("corpus"));
            var said = folder.resolve("said");
            var process = new ProcessBuilder(command(name, folder, corpus, seconds))
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .directory(folder.toFile())
                    .start();
            boolean holds = process.waitFor() == 0;
            var text = Files.readString(said);
            System.out.printf(
                    ROW, name, last(TRIED, text), last(COVERED, text), holds ? "holds" : "BROKEN, see " + said);
            if (!holds) {
                text.lines()
                        .dropWhile(line -> !line.contains("Java Exception"))
                        .limit(12)
                        .forEach(System.out::println);
                System.out.println("Its input, for the regression tests: " + inputs(folder));
            }
            return holds;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the fuzzer ran", e);
        }
    }

    private static List<String> command(String name, Path folder, Path corpus, int seconds) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+EnableDynamicAgentLoading",
                "-Dlogback.configurationFile=dev/sealbox/benchmarks/logback.xml",
                "-Dsealbox.fuzz=" + name,
                "-cp",
                System.getProperty("java.class.path"),
                Jazzer.class.getName(),
                "--target_class=" + FuzzTarget.class.getName(),
                "--instrumentation_includes=dev.sealbox.proxy.**",
                "--custom_hook_includes=dev.sealbox.proxy.**",
                "-max_total_time=" + seconds,
                "-rss_limit_mb=0",
                "-print_final_stats=1",
                "-artifact_prefix=" + folder + "/",
                corpus.toString());
    }

    private static String last(Pattern figure, String text) {
        return figure.matcher(text).results().map(found -> found.group(1)).reduce("-", (before, next) -> next);
    }

    private static List<Path> inputs(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("(crash|timeout|oom)-.*"))
                    .toList();
        }
    }
}
