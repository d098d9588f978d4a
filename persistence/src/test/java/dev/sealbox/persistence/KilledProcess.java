package dev.sealbox.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Runs a main class in a process of its own, and kills it where it hurts. */
final class KilledProcess {
    private KilledProcess() {}

    /** What it said when it was ready; it is killed {@code later} than that, its database server goes on without it. */
    static String[] run(Class<?> main, Path folder, Duration later) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var process = new ProcessBuilder(
                        java, "-XX:TieredStopAtLevel=1", "-cp", classes, main.getName(), folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            var said = lines.lines()
                    .filter(line -> line.startsWith("ready"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("the process ended early"));
            process.waitFor(later.toMillis(), TimeUnit.MILLISECONDS);
            return said.split(" ");
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
