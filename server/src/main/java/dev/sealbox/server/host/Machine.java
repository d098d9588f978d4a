package dev.sealbox.server.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine's memory as the kernel tells it in a file like {@code /proc/meminfo}, in MiB. */
record Machine(Path meminfo) {
    static final Machine THIS = new Machine(Path.of("/proc/meminfo"));

    long memoryMB() {
        return figure("MemTotal:");
    }

    /** What could be had without swapping. */
    long availableMB() {
        return figure("MemAvailable:");
    }

    private long figure(String name) {
        try {
            for (var line : Files.readAllLines(meminfo)) {
                if (line.startsWith(name)) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10;
                }
            }
            throw new IllegalStateException(meminfo + " has no " + name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
