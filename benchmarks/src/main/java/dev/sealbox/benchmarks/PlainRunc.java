package dev.sealbox.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sealbox.demo.node.Project;
import dev.sealbox.demo.story.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The same by runc's own commands, to compare with: a bare container on the same files, read-only, without a disk, a
 * network, a server or a log of it.
 */
final class PlainRunc {
    private static final String RUNNING = "plain";
    private static final int RUNS = 30;
    private static final int COMMANDS = 100;

    private final Path state;
    private final Path bundle;

    private PlainRunc(Path folder) {
        state = folder.resolve("state");
        bundle = folder.resolve("bundle");
    }

    static List<Samples> measure(World world) {
        var runc = new PlainRunc(world.folder().resolve("plain-runc"));
        try {
            Files.createDirectories(runc.bundle);
            runc.call("spec", "--bundle", runc.bundle.toString());
            runc.configure("true");
            var runs = Samples.of(
                    "runc run of true", 5, RUNS, () -> runc.call("run", "--bundle", runc.bundle.toString(), "once"));
            runc.configure("sleep", "infinity");
            runc.call("run", "--detach", "--bundle", runc.bundle.toString(), RUNNING);
            var commands = Samples.of("runc exec of true", 10, COMMANDS, () -> runc.call("exec", RUNNING, "true"));
            return List.of(runs, commands);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            runc.call("delete", "--force", RUNNING);
        }
    }

    private void configure(String... command) throws IOException {
        var file = bundle.resolve("config.json").toFile();
        var json = new ObjectMapper();
        var config = (ObjectNode) json.readTree(file);
        config.putObject("root").put("path", template().toString()).put("readonly", true);
        var process = (ObjectNode) config.path("process");
        var words = process.put("terminal", false).putArray("args");
        List.of(command).forEach(words::add);
        json.writeValue(file, config);
    }

    private static Path template() throws IOException {
        try (var templates = Files.newDirectoryStream(Project.templates(), "base-*")) {
            return templates.iterator().next().resolve("rootfs");
        }
    }

    private void call(String... arguments) {
        var command = new ArrayList<>(List.of("runc", "--root", state.toString()));
        command.addAll(List.of(arguments));
        try {
            // Its containers inherit what it writes to, so nobody may wait for the end of that.
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
