package dev.sealbox.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a node's disks and layers take.
 *
 * @param data its data folder
 */
record DiskUse(Path data) {

    /** Of a file system of their own what is used of it, which counts once what several share; else what lies there. */
    long bytes() {
        var own = data.resolve("disks");
        try {
            if (Files.isDirectory(own)) {
                run("sync", "--file-system", own.toString());
                var store = Files.getFileStore(own);
                return store.getTotalSpace() - store.getUnallocatedSpace();
            }
            var counted = run(
                    "du",
                    "--summarize",
                    "--total",
                    "--block-size=1",
                    data.resolve("sandboxes").toString(),
                    data.resolve("layers").toString());
            return Long.parseLong(counted.lines().toList().getLast().split("\\s", 2)[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String run(String... command) throws IOException {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
