package dev.sealbox.benchmarks;

import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.demo.story.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What many sandboxes that do nothing take, and what they do to the commands of one that works. */
final class IdleSandboxes {
    private static final int IDLE = 300;
    private static final int MAKERS = 4;
    private static final double MIB = 1 << 20;
    private static final double MOST_MIB = 8;
    private static final double MOST_SLOWER = 1.5;

    private IdleSandboxes() {}

    static List<Samples> measure(World world) {
        Queue<Sandbox> all = new ConcurrentLinkedQueue<>();
        try (var working = Sandbox.create(world.client(), SandboxOptions.defaults())) {
            var before = execs("exec round trip, before there are idle ones", working);
            long server = resident(world.node().pid());
            var made = Parallel.run(
                    MAKERS, IDLE, () -> all.add(Sandbox.create(world.client(), SandboxOptions.defaults())));
            double ours = (resident(world.node().pid()) - server) / MIB / IDLE;
            double theirs = agents(List.copyOf(all)) / MIB / IDLE;
            var beside = execs("exec round trip, beside " + IDLE + " idle sandboxes", working);
            var memory = new Samples(
                            String.format(
                                    Locale.ROOT, "idle: %.2f MiB each in the server, %.2f in its agent", ours, theirs),
                            made)
                    .aiming("8 MiB", ours + theirs <= MOST_MIB);
            working.kill();
            double slower = beside.medianMillis() / before.medianMillis();
            return List.of(
                    memory,
                    before,
                    beside.aiming(String.format(Locale.ROOT, "1.5 times, is %.2f", slower), slower <= MOST_SLOWER));
        } finally {
            Parallel.run(MAKERS, all.size(), () -> all.remove().kill());
        }
    }

    private static Samples execs(String name, Sandbox working) {
        return Samples.of(name, 100, 500, () -> SandboxSpeed.runTrue(working));
    }

    /** Bytes of all processes of these sandboxes, each counted in full: pages that they share count for each. */
    private static long agents(List<Sandbox> sandboxes) {
        var ids = sandboxes.stream().map(Sandbox::id).toList();
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> {
                    var groups = read(pid, "cgroup");
                    return ids.stream().anyMatch(id -> groups.contains("/" + id));
                })
                .mapToLong(IdleSandboxes::resident)
                .sum();
    }

    private static long resident(long pid) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .findFirst()
                .orElse(0);
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException gone) {
            return "";
        }
    }
}
