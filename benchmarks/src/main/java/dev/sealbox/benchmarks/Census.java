package dev.sealbox.benchmarks;

import dev.sealbox.demo.node.Disks;
import dev.sealbox.demo.story.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** How much of everything a node has on its machine. */
final class Census {
    /**
     * For a node whose heap is all touched at the start, so that what it takes later lies outside of it, and that can be
     * told to collect all garbage.
     */
    static final String COUNTABLE = "-XX:+UseG1GC -Xms512m -XX:+AlwaysPreTouch -XX:-DisableAttachMechanism"
            + " -XX:NativeMemoryTracking=summary";

    private static final String HEAP = "server's heap in use after a collection, MiB";
    private static final String OUTSIDE = "server's resident memory outside of it, MiB";

    /** Told only: parts of what lies outside the heap. */
    private static final String TRACKED = "  of this, what the JVM knows of";

    private static final String BUFFERS = "  of this, direct buffers";

    /** Without the server and its database, whose paths name PostgreSQL. */
    static final String PROCESSES = "processes of sandboxes";

    private static final String DESCRIPTORS = "server's file descriptors";
    private static final String THREADS = "server's threads";
    private static final String DISK = "data folder's KiB, without the database";

    /** What may be more afterwards without being a leak: pools and caches fill up. All else may not. */
    private static final Map<String, Long> SLACK =
            Map.of(HEAP, 24L, OUTSIDE, 32L, DESCRIPTORS, 24L, THREADS, 24L, DISK, 256L);

    /** Grows with what is logged and kept, for ever. */
    private static final Set<String> KEPT = Set.of("postgres", "audit");

    private static final Set<String> TOLD = Set.of(TRACKED, BUFFERS);

    private Census() {}

    /** Counts, by what is counted. */
    static Map<String, Long> of(World world) {
        var proc = Path.of("/proc", Long.toString(world.node().pid()));
        var traces = world.traces();
        var counts = new LinkedHashMap<String, Long>();
        counts.put(PROCESSES, count(traces, "process ", "postgres"));
        counts.put("network namespaces", count(traces, "network namespace ", "-"));
        counts.put("mounts of the node's folder", count(traces, "mount ", "\0"));
        counts.put("mounts of the machine", lines(Path.of("/proc/self/mountinfo"), world));
        counts.put("control groups", count(traces, "control group ", "\0"));
        counts.put("wires and addresses of the router", wires(traces));
        counts.put(DESCRIPTORS, entries(proc.resolve("fd")));
        counts.put(THREADS, entries(proc.resolve("task")));
        counts.putAll(memory(world, proc));
        counts.put("disks of sandboxes", entries(Disks.in(data(world)).resolve("sandboxes")));
        counts.put("sockets of sandboxes", entries(data(world).resolve("run")));
        counts.put(DISK, kibibytes(data(world)));
        return counts;
    }

    /** Whether nothing is to be gained by waiting on: entities leave the heap some minutes after their sandboxes. */
    static boolean isAsBefore(Map<String, Long> before, Map<String, Long> now) {
        return leaks(before, now).isEmpty() && now.getOrDefault(HEAP, 0L) <= before.getOrDefault(HEAP, 0L) + 1;
    }

    /** What {@code after} has more of than {@code before} and should not, as lines. */
    static List<String> leaks(Map<String, Long> before, Map<String, Long> after) {
        return after.entrySet().stream()
                .filter(count -> !TOLD.contains(count.getKey()))
                .filter(count -> count.getValue()
                        > before.getOrDefault(count.getKey(), 0L) + SLACK.getOrDefault(count.getKey(), 0L))
                .map(count -> count.getKey() + ": " + before.get(count.getKey()) + ", then " + count.getValue())
                .toList();
    }

    private static Map<String, Long> memory(World world, Path proc) {
        var pid = Long.toString(world.node().pid());
        // What the first one leaves to be cleaned up, the second one finds.
        jcmd(pid, "GC.run");
        jcmd(pid, "GC.run");
        var known = jcmd(pid, "VM.native_memory", "summary", "scale=MB");
        var metrics = metrics(world);
        var all = new LinkedHashMap<String, Long>();
        all.put(HEAP, sum(metrics, "jvm_memory_used_bytes{area=\"heap\""));
        all.put(OUTSIDE, (status(proc, "VmRSS:") >> 10) - committed(known, "Java Heap"));
        all.put(TRACKED, committed(known, "Total") - committed(known, "Java Heap"));
        all.put(BUFFERS, sum(metrics, "jvm_buffer_memory_used_bytes{id=\"direct\""));
        return all;
    }

    private static String jcmd(String... arguments) {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString()));
        command.addAll(List.of(arguments));
        return output(command.toArray(String[]::new));
    }

    /** MiB of a line such as {@code Total: reserved=1976MB, committed=734MB}. */
    private static long committed(String said, String what) {
        var match =
                Pattern.compile(Pattern.quote(what) + "\\W.*committed=(\\d+)MB").matcher(said);
        if (!match.find()) {
            throw new IllegalStateException("nothing is said about " + what + " in: " + said);
        }
        return Long.parseLong(match.group(1));
    }

    private static String metrics(World world) {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(world.node().api().resolve("/metrics"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** MiB of all lines that begin so. */
    private static long sum(String metrics, String beginning) {
        return (long) metrics.lines()
                        .filter(line -> line.startsWith(beginning))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                        .sum()
                >> 20;
    }

    private static long count(List<String> traces, String kind, String but) {
        return traces.stream()
                .filter(trace -> trace.startsWith(kind) && (but.equals("-") || !trace.contains(but)))
                .count();
    }

    /** Without those of other processes: of a network namespace the node's own only. */
    private static long lines(Path mounts, World world) {
        try (var lines = Files.lines(mounts)) {
            var id = Files.readString(data(world).resolve("host-id")).strip();
            return lines.filter(line -> line.contains(world.folder().toString()) || line.contains("-" + id))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long wires(List<String> traces) {
        return traces.stream()
                .filter(trace -> trace.startsWith("network namespace sealbox-"))
                .map(trace -> trace.substring("network namespace ".length()))
                .flatMap(name -> output(
                                "sh",
                                "-c",
                                "ip -n " + name + " -o link show type veth; ip netns exec " + name
                                        + " nft list set inet sealbox guests | tr ',' '\\n' | grep 02:5b || true")
                        .lines())
                .count();
    }

    private static String output(String... command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException(String.join(" ", command) + " does not end");
            }
            return said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Path data(World world) {
        return world.folder().resolve("data");
    }

    private static long entries(Path folder) {
        try (var entries = Files.list(folder)) {
            return entries.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long status(Path proc, String name) {
        try (var lines = Files.lines(proc.resolve("status"))) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long kibibytes(Path data) {
        var total = new long[1];
        try {
            Files.walkFileTree(data, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return KEPT.stream().map(data::resolve).anyMatch(folder::equals)
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    total[0] += attributes.size();
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path gone, IOException why) {
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return total[0] >> 10;
    }
}
