package dev.sealbox.runtime.container;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The gVisor that a host really has: a container has run in it.
 *
 * @param version as runsc tells it
 * @param savesMemory whether one was also saved while it ran, and went on
 */
record Offer(String version, boolean savesMemory) {
    /** Seconds; a platform that the machine only seems to have can hang for ever. */
    private static final String PATIENCE = "20";

    private static final String CONFIGURATION = """
            {"ociVersion": "1.0.2", "root": {"path": "rootfs", "readonly": true},
             "process": {"cwd": "/", "args": ["/agent", "DOES"], "user": {"uid": 0, "gid": 0}, "env": ["PATH=/"]},
             "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}, {"type": "ipc"}, {"type": "uts"}]}}
            """;

    /**
     * Arguments: the site, and the words that every command of runsc begins with. The container is named after the site:
     * names are told apart on a whole machine, where other nodes may try at the same moment.
     */
    private static final String TRIAL = """
            site=$1 name=${1##*/}; shift
            runs() {
              tries=0
              until "$@" state $name 2>/dev/null | grep -q '"running"'; do
                tries=$((tries + 1)); [ $tries -lt 150 ] || exit 1; sleep 0.05
              done
            }
            trap '"$@" delete --force $name 2>/dev/null' EXIT
            "$@" run --bundle "$site" $name &
            runs "$@"
            mkdir "$site/image" && "$@" checkpoint --image-path "$site/image" $name || exit 1
            wait
            "$@" delete --force $name
            "$@" restore --bundle "$site" --image-path "$site/image" $name &
            runs "$@"
            "$@" kill $name KILL && wait
            true
            """;

    /** Empty where there is no runsc, or it does not run on this platform. */
    static Optional<Offer> tried(HostPrograms programs, String platform) {
        try {
            var version = Tool.attempt(OciProgram.STEP, List.of("runsc", "--version"), "");
            var first = version.output().lines().findFirst().orElse("");
            if (version.exitCode() != 0) {
                return Optional.empty();
            }
            var name = first.replaceFirst("^runsc version ", "");
            return goesOn(platform, programs)
                    ? Optional.of(new Offer(name, true))
                    : runs(platform, programs) ? Optional.of(new Offer(name, false)) : Optional.empty();
        } catch (RuntimeFailure notThere) {
            return Optional.empty();
        }
    }

    /** Whether a container that stays can be saved and restored, which says that it runs. */
    private static boolean goesOn(String platform, HostPrograms programs) {
        return onSite(programs, "stay", site -> {
            var command = limited();
            command.addAll(List.of("sh", "-c", TRIAL, "try", site.toString()));
            command.addAll(words(platform, site));
            return command;
        });
    }

    private static boolean runs(String platform, HostPrograms programs) {
        return onSite(programs, "try", site -> {
            var command = limited();
            command.addAll(words(platform, site));
            command.addAll(List.of("run", "--bundle", site.toString(), String.valueOf(site.getFileName())));
            return command;
        });
    }

    private static List<String> limited() {
        return new ArrayList<>(List.of("timeout", "--kill-after=1", PATIENCE));
    }

    private static List<String> words(String platform, Path site) {
        var words = new ArrayList<>(Runsc.words(platform));
        words.remove("--network=sandbox");
        words.addAll(List.of("--network=none", "--root", site.resolve("state").toString()));
        return words;
    }

    private static boolean onSite(HostPrograms programs, String does, Function<Path, List<String>> command) {
        try {
            var site = Files.createTempDirectory("sealbox-try");
            try {
                var root = Files.createDirectory(site.resolve("rootfs"));
                Files.copy(programs.agent(), root.resolve("agent"));
                Files.writeString(site.resolve("config.json"), CONFIGURATION.replace("DOES", does));
                return Tool.attempt(OciProgram.STEP, command.apply(site), "").exitCode() == 0;
            } finally {
                Tool.run(OciProgram.STEP, List.of("rm", "-rf", "--one-file-system", site.toString()));
            }
        } catch (IOException e) {
            throw new RuntimeFailure(OciProgram.STEP, e);
        }
    }
}
