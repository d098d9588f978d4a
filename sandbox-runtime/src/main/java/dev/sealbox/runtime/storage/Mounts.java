package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is mounted where, as the kernel says. It knows places without links, and escapes some characters of them.
 * Thread-safe.
 */
public final class Mounts {
    private static final Pattern ESCAPED = Pattern.compile("\\\\([0-7]{3})");
    private static final int OCTAL = 8;

    private Mounts() {}

    /** Whether something is mounted at this place. */
    static boolean has(Path place) {
        return all().contains(real(place));
    }

    /** Where something is mounted in a tree or on it, the deepest first; nothing if there is no such tree. */
    public static List<Path> below(Path tree) {
        var real = real(tree);
        return all().stream()
                .filter(mounted -> mounted.startsWith(real))
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private static List<Path> all() {
        try {
            return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                    .map(line -> Path.of(plain(line.split(" ", 6)[4])))
                    .toList();
        } catch (IOException e) {
            throw new RuntimeFailure("storage", e);
        }
    }

    private static Path real(Path place) {
        try {
            return place.toRealPath();
        } catch (NoSuchFileException e) {
            // Nothing is mounted where nothing is.
            return place.toAbsolutePath();
        } catch (IOException e) {
            throw new RuntimeFailure("storage", e);
        }
    }

    /** Blanks, tabs, line ends and backslashes are octal numbers there (proc_pid_mountinfo(5)). */
    private static String plain(String escaped) {
        return ESCAPED.matcher(escaped)
                .replaceAll(
                        found -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(found.group(1), OCTAL))));
    }
}
