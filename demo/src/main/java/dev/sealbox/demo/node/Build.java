package dev.sealbox.demo.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A checkout of this project that was built, of this version or another one.
 *
 * @param home the folder with its launcher
 * @param says the version that its nodes are to tell others, where that is not its own
 */
public record Build(Path home, Optional<String> says) {
    private static final Pattern VERSION = Pattern.compile("sealbox\\.node\\.version *= *\"([^\"]*)\"");

    /** This one. */
    public static Build here() {
        return new Build(Project.home(), Optional.empty());
    }

    /**
     * That one.
     *
     * @throws IllegalArgumentException if there is none that was built
     */
    public static Build in(Path checkout) {
        var build = new Build(checkout.toAbsolutePath().normalize(), Optional.empty());
        if (!Files.isExecutable(build.launcher())
                || !Files.isDirectory(build.home().resolve("server/target/lib"))) {
            throw new IllegalArgumentException(checkout + " is no checkout of this project, or was not built");
        }
        return build;
    }

    /** The same, whose nodes tell another version. */
    public Build saying(String version) {
        return new Build(home, Optional.of(version));
    }

    /** What starts its nodes. */
    public Path launcher() {
        return home.resolve("sealbox");
    }

    /** As its nodes tell it. */
    public String version() {
        return says.orElseGet(() -> {
            try {
                var file = Files.readString(home.resolve("server/target/classes/sealbox-version.conf"));
                var found = VERSION.matcher(file);
                return found.find() ? found.group(1) : "unknown";
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The names of the forms in which it can read what stands in the journal. */
    public Set<String> forms() {
        try (var files = Files.list(home.resolve("persistence/src/test/resources/journal"))) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
