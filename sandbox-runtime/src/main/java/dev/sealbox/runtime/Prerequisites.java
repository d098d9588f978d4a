package dev.sealbox.runtime;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What a host must have before sandboxes can run on it. */
final class Prerequisites {
    private static final List<String> TOOLS =
            List.of("runc", "ip", "nft", "nsenter", "unshare", "mmdebstrap", "cp", "rm", "du", "sync", "find", "tar");

    private Prerequisites() {}

    /** Fails with one line that tells all that is missing. */
    static void check() {
        var missing = new ArrayList<String>();
        if (!System.getProperty("os.name").equals("Linux")) {
            throw new RuntimeFailure("prerequisites", "sandboxes need Linux");
        }
        if (!isRoot()) {
            missing.add("root's rights");
        }
        TOOLS.stream()
                .filter(tool -> !isOnPath(tool))
                .map(tool -> "the program " + tool)
                .forEach(missing::add);
        if (!Files.exists(Path.of("/proc/self/ns/user"))) {
            missing.add("user namespaces in the kernel");
        }
        if (!missing.isEmpty()) {
            throw new RuntimeFailure("prerequisites", "this host lacks " + String.join(", ", missing));
        }
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (IOException e) {
            throw new RuntimeFailure("prerequisites", e);
        }
    }

    private static boolean isOnPath(String tool) {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(System.getenv().getOrDefault("PATH", ""))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, tool)));
    }
}
