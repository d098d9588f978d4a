package dev.sealbox.demo.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What a node keeps on the machine beyond its own process, so that running sandboxes survive it: removed when the story
 * is over, whatever state it ended in.
 */
public final class Sweep {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Path folder;
    private final Path data;

    /**
     * For one node.
     *
     * @param folder holds all that is its, and is deleted in the end
     * @param data its data folder, inside {@code folder}, which also names what it makes outside
     */
    public Sweep(Path folder, Path data) {
        this.folder = folder;
        this.data = data;
    }

    /** What is there of the node: processes, mounts, network namespaces and control groups; empty when nothing is. */
    public List<String> traces() {
        return Stream.of(
                        processes().map(Sweep::described),
                        mounts().map(mount -> "mount " + mount),
                        namespaces().map(namespace -> "network namespace " + namespace),
                        groups().map(group -> "control group " + group))
                .flatMap(each -> each)
                .toList();
    }

    /** The same, after a moment for what is just ending. */
    public List<String> lastingTraces() {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        var traces = traces();
        while (!traces.isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(PAUSE.toNanos());
            traces = traces();
        }
        return traces;
    }

    /** Ends and removes everything of the node; for when it could not do so itself. Waits for what takes a moment. */
    public void force() {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!traces().isEmpty() && System.nanoTime() < deadline) {
            processes().forEach(ProcessHandle::destroyForcibly);
            mounts().sorted(Comparator.reverseOrder()).forEach(mount -> run("umount", "--lazy", mount));
            namespaces().forEach(namespace -> run("ip", "netns", "delete", namespace));
            groups().sorted(Comparator.reverseOrder()).forEach(group -> run("rmdir", group));
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Deletes the node's folder. */
    public void removeFolder() {
        run("rm", "-rf", "--one-file-system", folder.toString());
    }

    /** Processes in a control group of the node, or with its folder in their command line. */
    private Stream<ProcessHandle> processes() {
        var self = ProcessHandle.current().pid();
        return ProcessHandle.allProcesses().filter(process -> process.pid() != self && belongs(process.pid()));
    }

    private static String described(ProcessHandle process) {
        var command = read(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
        return "process " + process.pid() + " " + command.replace('\0', ' ').strip();
    }

    private boolean belongs(long pid) {
        var process = Path.of("/proc", Long.toString(pid));
        return read(process.resolve("cgroup")).contains("/sealbox-" + nodeId() + "/")
                || read(process.resolve("cmdline")).contains(folder.toString());
    }

    private Stream<String> mounts() {
        return read(Path.of("/proc/self/mounts"))
                .lines()
                .map(line -> line.split(" ", 3)[1])
                .filter(mount -> mount.startsWith(folder + "/"));
    }

    private Stream<String> namespaces() {
        return entries(Path.of("/run/netns"))
                .map(path -> path.getFileName().toString())
                .filter(name -> name.equals("sealbox-" + nodeId()) || name.startsWith("sandbox-" + nodeId() + "-"));
    }

    private Stream<String> groups() {
        var top = Path.of("/sys/fs/cgroup");
        return Stream.concat(Stream.of(top), entries(top))
                .map(hierarchy -> hierarchy.resolve("sealbox-" + nodeId()))
                .filter(group -> Files.isDirectory(group, LinkOption.NOFOLLOW_LINKS))
                .flatMap(group -> Stream.concat(Stream.of(group), entries(group).filter(Files::isDirectory)))
                .map(Path::toString);
    }

    /** The id that the node chose at its first start; one that nothing has when it did not come so far. */
    private String nodeId() {
        var id = read(data.resolve("host-id")).strip();
        return id.isEmpty() ? "never-started" : id;
    }

    private static Stream<Path> entries(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (var entries = Files.list(folder)) {
            return entries.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return "";
        }
    }

    private static void run(String... command) {
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
