package dev.sealbox.demo.node;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the project's own files are. */
public final class Project {
    private Project() {}

    /** The folder with the launcher: what the launcher says, else the nearest one above the working directory. */
    public static Path home() {
        return Optional.ofNullable(System.getenv("SEALBOX_HOME")).map(Path::of).orElseGet(Project::above);
    }

    /** The cache of root filesystems that nodes of this project share. */
    public static Path templates() {
        return Optional.ofNullable(System.getenv("SEALBOX_TEMPLATE_DIR"))
                .map(Path::of)
                .orElseGet(() -> home().resolve("var/templates"));
    }

    private static Path above() {
        var here = Path.of("").toAbsolutePath();
        return Stream.iterate(here, folder -> folder != null, Path::getParent)
                .filter(folder -> Files.isExecutable(folder.resolve("sealbox")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no ./sealbox in " + here + " or above it"));
    }
}
