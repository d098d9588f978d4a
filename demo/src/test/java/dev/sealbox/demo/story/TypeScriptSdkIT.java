package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.demo.node.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The story through {@code @opencomputer/sdk} as it comes from npm: {@code src/test/sdk/story.mjs} walks it, and
 * {@code sessions.mjs} attaches to commands and terminals, {@code branches.mjs} forks and patches, and {@code rows.mjs} makes
 * what calls are left. On the same node, the requests of the Python SDK one by one. Disks are overlays here, and btrfs in
 * {@link ImagesIT}, where the rows of branches pass, too.
 */
class TypeScriptSdkIT {
    private static final List<String> FILES =
            List.of("package.json", "package-lock.json", "story.mjs", "sessions.mjs", "branches.mjs", "rows.mjs");

    @Test
    void walksTheStoryWithTheSdkUnmodified() throws IOException, InterruptedException {
        var sources = Project.home().resolve("demo/src/test/sdk");
        var folder = Files.createDirectories(Project.home().resolve("demo/target/sdk"));
        for (var file : FILES) {
            Files.copy(sources.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        assertThat(run(folder, Map.of(), "npm", "ci", "--no-audit", "--no-fund"))
                .isZero();
        try (var world = World.open(Map.of("SEALBOX_STORAGE", "overlay"));
                var witness = new Witness(world)) {
            var settings = Map.of(
                    "OPENCOMPUTER_API_URL",
                    world.node().api().toString(),
                    "OPENCOMPUTER_API_KEY",
                    world.apiKey(),
                    "WITNESS_URL",
                    witness.url(),
                    "RUN",
                    "sdk");
            assertThat(run(folder, settings, "node", "--test-reporter=spec", "story.mjs"))
                    .isZero();
            for (var each : List.of("branches.mjs", "sessions.mjs", "rows.mjs")) {
                // Node 20 has the WebSocket that the SDK needs behind a flag.
                assertThat(run(folder, settings, "node", "--experimental-websocket", "--test-reporter=spec", each))
                        .isZero();
            }
            new PythonCalls(world).replay(sources.resolve("python.txt"));
            new BranchRows(world).pass();
            assertThat(world.stop()).as("what is left on this machine").isEmpty();
        }
    }

    /** Runs a program to its end and prints what it said. */
    private static int run(Path folder, Map<String, String> settings, String... command)
            throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(settings);
        var process = builder.start();
        try (var output = process.inputReader()) {
            output.lines().forEach(System.out::println);
        }
        return process.waitFor();
    }
}
