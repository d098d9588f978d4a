package dev.sealbox.runtime.container;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The gVisor that a host really has: a container has run in it and ended.
 *
 * @param version as runsc tells it
 */
record Offer(String version) {
    /** Seconds; a platform that the machine only seems to have can hang for ever. */
    private static final String PATIENCE = "20";

    private static final String CONFIGURATION = """
            {"ociVersion": "1.0.2", "root": {"path": "rootfs", "readonly": true},
             "process": {"cwd": "/", "args": ["/agent", "try"], "user": {"uid": 0, "gid": 0}, "env": ["PATH=/"]},
             "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}]}}
            """;

    /** Empty where there is no runsc, or it does not run on this platform. */
    static Optional<Offer> tried(HostPrograms programs, String platform) {
        try {
            var version = Tool.attempt(OciProgram.STEP, List.of("runsc", "--version"), "");
            var first = version.output().lines().findFirst().orElse("");
            return version.exitCode() == 0 && runs(platform, programs)
                    ? Optional.of(new Offer(first.replaceFirst("^runsc version ", "")))
                    : Optional.empty();
        } catch (RuntimeFailure notThere) {
            return Optional.empty();
        }
    }

    private static boolean runs(String platform, HostPrograms programs) {
        try {
            var site = Files.createTempDirectory("sealbox-try");
            try {
                return runs(platform, programs, site);
            } finally {
                Tool.run(OciProgram.STEP, List.of("rm", "-rf", "--one-file-system", site.toString()));
            }
        } catch (IOException e) {
            throw new RuntimeFailure(OciProgram.STEP, e);
        }
    }

    private static boolean runs(String platform, HostPrograms programs, Path site) throws IOException {
        var root = Files.createDirectory(site.resolve("rootfs"));
        Files.copy(programs.agent(), root.resolve("agent"));
        Files.writeString(site.resolve("config.json"), CONFIGURATION);
        var command = new ArrayList<>(List.of("timeout", "--kill-after=1", PATIENCE));
        command.addAll(Runsc.words(platform));
        command.remove("--network=sandbox");
        command.addAll(List.of("--network=none", "--root", site.resolve("state").toString()));
        command.addAll(List.of("run", "--bundle", site.toString(), "sealbox-try"));
        return Tool.attempt(OciProgram.STEP, command, "").exitCode() == 0;
    }
}
