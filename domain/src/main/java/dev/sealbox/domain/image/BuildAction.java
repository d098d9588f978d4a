package dev.sealbox.domain.image;

import dev.sealbox.domain.image.ImageStep.AddDir;
import dev.sealbox.domain.image.ImageStep.AddFile;
import dev.sealbox.domain.image.ImageStep.AptInstall;
import dev.sealbox.domain.image.ImageStep.PipInstall;
import dev.sealbox.domain.image.ImageStep.RunCommands;
import dev.sealbox.domain.image.ImageStep.SetEnv;
import dev.sealbox.domain.image.ImageStep.SetWorkdir;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What is done in the builder for a step. Values of steps are arguments and file names, never text that a shell reads, but
 * for what is to {@code run}; they come behind {@code --}, where no program takes them for an option.
 */
public sealed interface BuildAction {

    /** Runs a program to its end, which must be a success. */
    record Execute(List<String> argv, Map<String, String> environment, String directory) implements BuildAction {
        public Execute {
            argv = List.copyOf(argv);
            environment = Map.copyOf(environment);
        }
    }

    record Write(String path, FileContent content) implements BuildAction {}

    /** Arguments of one call; well below what the kernel takes. */
    int AT_A_TIME = 200;

    /** {@code before} is what the steps before have said about commands. */
    static List<BuildAction> of(ImageStep step, Defaults before) {
        return switch (step) {
            case AptInstall(var packages) ->
                List.of(
                        asRoot(List.of("/usr/bin/apt-get", "-q", "update")),
                        asRoot(joined(
                                List.of(
                                        "/usr/bin/env",
                                        "DEBIAN_FRONTEND=noninteractive",
                                        "/usr/bin/apt-get",
                                        "-q",
                                        "-y",
                                        "--no-install-recommends",
                                        "install",
                                        "--"),
                                packages)),
                        asRoot(List.of("/usr/bin/apt-get", "-q", "clean")));
            case PipInstall(var packages) -> List.of(asRoot(joined(pip(before), packages)));
            case RunCommands run ->
                List.of(new Execute(
                        List.of("/bin/bash", "-c", run.script()),
                        Environment.whileBuilding(before),
                        before.directory()));
            case SetEnv env -> List.of();
            case SetWorkdir(var path) ->
                List.of(asRoot(List.of(
                        "/bin/sh",
                        "-c",
                        "test -d \"$1\" || { mkdir -p -- \"$1\" && chown sandbox:sandbox -- \"$1\"; }",
                        "sh",
                        path)));
            case AddFile(var path, var content) ->
                content.isScript()
                        ? List.of(new Write(path, content), executable(List.of(path)))
                        : List.of(new Write(path, content));
            case AddDir(var path, var files) -> directory(path, files);
        };
    }

    /** For the package managers the variables of the image do not count, but for pip's own. */
    private static List<String> pip(Defaults before) {
        var own = before.envs().entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("PIP_"))
                .map(variable -> variable.getKey() + "=" + variable.getValue())
                .toList();
        return joined(
                joined(List.of("/usr/bin/env"), own),
                List.of(
                        "/usr/bin/python3",
                        "-m",
                        "pip",
                        "install",
                        "--no-input",
                        "--no-cache-dir",
                        "--disable-pip-version-check",
                        "--root-user-action=ignore",
                        "--break-system-packages",
                        "--"));
    }

    private static List<BuildAction> directory(String path, List<AddDir.Entry> files) {
        var below = path.endsWith("/") ? path : path + "/";
        var actions = new ArrayList<BuildAction>();
        actions.add(asRoot(List.of("/bin/mkdir", "-p", "--", path)));
        files.forEach(file -> actions.add(new Write(below + file.relativePath(), file.content())));
        var scripts = files.stream()
                .filter(file -> file.content().isScript())
                .map(file -> below + file.relativePath())
                .toList();
        for (var begin = 0; begin < scripts.size(); begin += AT_A_TIME) {
            actions.add(executable(scripts.subList(begin, Math.min(begin + AT_A_TIME, scripts.size()))));
        }
        return actions;
    }

    private static Execute executable(List<String> paths) {
        return asRoot(joined(List.of("/bin/chmod", "0755", "--"), paths));
    }

    private static Execute asRoot(List<String> argv) {
        return new Execute(joined(List.of("/usr/bin/sudo", "-n"), argv), Environment.whileBuilding(Defaults.NONE), "/");
    }

    private static List<String> joined(List<String> first, List<String> then) {
        return Stream.concat(first.stream(), then.stream()).toList();
    }
}
