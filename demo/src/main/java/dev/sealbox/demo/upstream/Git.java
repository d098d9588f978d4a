package dev.sealbox.demo.upstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The git command in one folder, deaf to the configuration of whoever runs it. */
record Git(Path folder) {

    static Git in(Path folder) {
        return new Git(folder);
    }

    void run(String... arguments) {
        var command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        isolate(builder.environment());
        try {
            var process = builder.start();
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during " + String.join(" ", command), e);
        }
    }

    static void isolate(Map<String, String> environment) {
        environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
        environment.put("GIT_CONFIG_SYSTEM", "/dev/null");
        environment.put("GIT_AUTHOR_NAME", "Sealbox");
        environment.put("GIT_AUTHOR_EMAIL", "demo@sealbox.test");
        environment.put("GIT_COMMITTER_NAME", "Sealbox");
        environment.put("GIT_COMMITTER_EMAIL", "demo@sealbox.test");
    }
}
