package dev.sealbox.runtime.storage;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a sandbox's things lie: its record, its disk, its bundle.
 *
 * @param path {@code <data>/sandboxes/<sandbox>}
 */
public record SandboxFolder(SandboxId sandbox, Path path) {
    private static final String COMPLETE = "complete";
    private static final String LAUNCHED = "launched.json";

    /** The OCI bundle, which is this folder: its {@code config.json} lies in it. */
    public Path config() {
        return path.resolve("config.json");
    }

    /** What runc said at the start. */
    public Path log() {
        return path.resolve("init.log");
    }

    public Optional<SandboxRecord> record() {
        return RecordFile.read(path.resolve("sandbox.json"), SandboxRecord.class);
    }

    /** How it was launched last; empty where nobody needs to know. */
    public Optional<LaunchRecord> launched() {
        return RecordFile.read(path.resolve(LAUNCHED), LaunchRecord.class);
    }

    public void noteLaunch(LaunchRecord launch) {
        RecordFile.write(path.resolve(LAUNCHED), launch);
    }

    /** Whether its container was started to the end, the files that every sandbox gets included. */
    public boolean isComplete() {
        return Files.exists(path.resolve(COMPLETE));
    }

    public void markComplete(boolean complete) {
        try {
            if (complete) {
                Files.write(path.resolve(COMPLETE), new byte[0]);
            } else {
                Files.deleteIfExists(path.resolve(COMPLETE));
            }
        } catch (IOException e) {
            throw new RuntimeFailure("storage", e);
        }
    }

    /** Makes the folder and its record: from now on the sandbox stands on its base. */
    public void establish(SandboxRecord record) {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new RuntimeFailure("storage", e);
        }
        RecordFile.write(path.resolve("sandbox.json"), record);
    }
}
