package dev.sealbox.runtime.rootfs;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the packages of a template come from: this host's own Debian mirror if it has one of the same release. */
final class PackageSources {
    private static final List<Path> CANDIDATES =
            List.of(Path.of("/etc/apt/sources.list.d/debian.sources"), Path.of("/etc/apt/sources.list"));

    private PackageSources() {}

    /** For mmdebstrap: a file of sources, or nothing for its own default. Sources of others than Debian are never taken. */
    static List<String> ofThisHost() {
        return CANDIDATES.stream()
                .filter(PackageSources::isForTheTemplate)
                .findFirst()
                .map(file -> List.of(file.toString()))
                .orElse(List.of());
    }

    private static boolean isForTheTemplate(Path file) {
        return Files.isReadable(file)
                && lines(Path.of("/etc/os-release")).anyMatch("ID=debian"::equals)
                && lines(file).anyMatch(line -> !line.startsWith("#") && line.contains(Recipe.SUITE));
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new RuntimeFailure("template", e);
        }
    }
}
