package dev.sealbox.runtime;

import dev.sealbox.runtime.step.RuntimeFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps two processes from running the sandboxes of one data folder. The kernel lets go of it when a process dies. */
final class NodeLock implements AutoCloseable {
    private final FileChannel channel;

    private NodeLock(FileChannel channel) {
        this.channel = channel;
    }

    static NodeLock of(Path data) {
        try {
            Files.createDirectories(data);
            var channel =
                    FileChannel.open(data.resolve("node.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!acquire(channel)) {
                channel.close();
                throw new RuntimeFailure("data folder", "another process runs the sandboxes of " + data);
            }
            return new NodeLock(channel);
        } catch (IOException e) {
            throw new RuntimeFailure("data folder", e);
        }
    }

    private static boolean acquire(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new RuntimeFailure("data folder", e);
        }
    }
}
