package dev.sealbox.domain.image;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.Environment;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One step of an image's build. A step that cannot be carried out whatever happens cannot be made. */
public sealed interface ImageStep {

    /** Bytes; the kernel takes no longer argument. */
    int LONGEST_SCRIPT = 100_000;

    int MOST_FILES = 20_000;

    /** Installs Debian packages as root, after the package lists were renewed. */
    record AptInstall(List<String> packages) implements ImageStep {
        public AptInstall {
            packages = PackageNames.debian(packages);
        }
    }

    /** Installs Python packages for all users, as root. */
    record PipInstall(List<String> packages) implements ImageStep {
        public PipInstall {
            packages = PackageNames.python(packages);
        }
    }

    /** Shell commands as the sandbox's user, in one shell; each runs if the one before succeeded. */
    record RunCommands(List<String> commands) implements ImageStep {
        public RunCommands {
            commands = List.copyOf(commands);
            if (commands.isEmpty() || commands.stream().anyMatch(String::isBlank)) {
                throw new InvalidValue("commands is empty or holds an empty one");
            }
            var script = String.join(" && ", commands);
            if (script.indexOf('\0') >= 0 || script.getBytes(StandardCharsets.UTF_8).length > LONGEST_SCRIPT) {
                throw new InvalidValue("commands hold a NUL character or more than " + LONGEST_SCRIPT + " bytes");
            }
        }

        String script() {
            return String.join(" && ", commands);
        }
    }

    /** Variables of all later commands, in the order in which they were given. */
    record SetEnv(Map<String, String> vars) implements ImageStep {
        private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
        private static final int LARGEST = 64 << 10;

        public SetEnv {
            vars = Collections.unmodifiableMap(new LinkedHashMap<>(vars));
            if (!vars.keySet().stream().allMatch(name -> NAME.matcher(name).matches())) {
                throw new InvalidValue("vars holds a name that is not [A-Za-z_][A-Za-z0-9_]{0,127}");
            }
            Environment.checked(vars);
            if (vars.toString().length() > LARGEST) {
                throw new InvalidValue("vars hold more than " + LARGEST + " characters");
            }
        }
    }

    /** Makes a directory, and has all later commands start in it. */
    record SetWorkdir(String path) implements ImageStep {
        public SetWorkdir {
            ImagePaths.absolute(path);
        }
    }

    record AddFile(String path, FileContent content) implements ImageStep {
        public AddFile {
            ImagePaths.absolute(path);
            if (path.endsWith("/")) {
                throw new InvalidValue("path must name a file");
            }
        }
    }

    record AddDir(String path, List<Entry> files) implements ImageStep {
        public AddDir {
            ImagePaths.absolute(path);
            files = List.copyOf(files);
            if (files.size() > MOST_FILES) {
                throw new InvalidValue("files must be at most " + MOST_FILES);
            }
        }

        /** A file below the directory. */
        public record Entry(String relativePath, FileContent content) {
            public Entry {
                relativePath = ImagePaths.relative(relativePath);
                if (relativePath.endsWith("/")) {
                    throw new InvalidValue("relativePath must name a file");
                }
            }
        }
    }

    /** The word that clients know it by. */
    default String type() {
        return switch (this) {
            case AptInstall step -> "apt_install";
            case PipInstall step -> "pip_install";
            case RunCommands step -> "run";
            case SetEnv step -> "env";
            case SetWorkdir step -> "workdir";
            case AddFile step -> "add_file";
            case AddDir step -> "add_dir";
        };
    }
}
