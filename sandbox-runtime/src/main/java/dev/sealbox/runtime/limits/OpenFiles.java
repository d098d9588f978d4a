package dev.sealbox.runtime.limits;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** How many files a process may open: no more than this process could, where nobody may raise the limit. */
public final class OpenFiles {
    private static final Pattern LINE = Pattern.compile("Max open files\\s+\\S+\\s+(\\d+)\\s.*");

    private OpenFiles() {}

    /** What was wished for, or the host's hard limit if that is lower. */
    public static int atMost(int wished) {
        try {
            return atMost(wished, Files.readAllLines(Path.of("/proc/self/limits")));
        } catch (IOException e) {
            throw new RuntimeFailure("limits", e);
        }
    }

    static int atMost(int wished, List<String> limits) {
        return limits.stream()
                .map(LINE::matcher)
                .filter(line -> line.matches())
                .mapToInt(line -> (int) Math.min(wished, Long.parseLong(line.group(1))))
                .findFirst()
                .orElse(wished);
    }
}
