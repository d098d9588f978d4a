package dev.sealbox.demo.node;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where a node keeps what sandboxes have written. */
public final class Disks {
    private Disks() {}

    /** The folder of {@code sandboxes} and {@code layers}: a file system of its own in a data folder that has one. */
    public static Path in(Path data) {
        var own = data.resolve("disks");
        return Files.isDirectory(own.resolve("layers")) ? own : data;
    }
}
