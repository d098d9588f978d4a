package dev.sealbox.runtime.exec;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel knows of connections to an agent, whoever has their other end. */
public final class AgentSockets {
    private static final Path TABLE = Path.of("/proc/net/unix");

    /** Of a socket that listens, in the fourth column. */
    private static final String LISTENS = "00010000";

    private AgentSockets() {}

    /** Whether a sandbox still has a connection that came over this socket, be it one whose other end is gone. */
    public static boolean areOpen(Path socket) {
        var path = " " + socket;
        try (var lines = Files.lines(TABLE)) {
            return lines.anyMatch(line -> line.endsWith(path) && !line.split("\\s+", 5)[3].equals(LISTENS));
        } catch (IOException e) {
            throw new RuntimeFailure("agent", e);
        }
    }
}
