package dev.sealbox.demo.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.demo.node.Node;
import dev.sealbox.demo.node.Sweep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A node with the embedded database is killed at random points of a mixed load: the server, the server and the whole
 * database, or a process of the database first. {@code -Dsealbox.kill.seed} repeats a run as far as timing lets it,
 * {@code -Dsealbox.kill.points} changes how often it is killed.
 */
class KillIT {
    private static final long SEED = Long.getLong("sealbox.kill.seed", System.nanoTime());
    private static final int POINTS = Integer.getInteger("sealbox.kill.points", 20);
    private static final String KEY = "kill-test-key";

    private final AtomicInteger tags = new AtomicInteger();
    private final Ledger ledger = new Ledger();
    private Path folder = Path.of("");
    private Path data = Path.of("");
    private Node node = new Node(Map.of(), folder);

    @BeforeEach
    void prepare() throws IOException {
        folder = Files.createTempDirectory("sealbox-kill-");
        data = folder.resolve("data");
        node = new Node(
                Map.of(
                        "SEALBOX_DATA_DIR",
                        data.toString(),
                        "SEALBOX_ROLES",
                        "control",
                        "SEALBOX_BOOTSTRAP_API_KEY",
                        KEY,
                        // A short life is better spent without the best compiler.
                        "SEALBOX_JAVA_OPTS",
                        "-XX:TieredStopAtLevel=1"),
                folder.resolve("node.log"));
    }

    @AfterEach
    void remove() {
        node.close();
        var sweep = new Sweep(folder, data);
        sweep.force();
        sweep.removeFolder();
    }

    private enum Victim {
        SERVER,
        SERVER_AND_DATABASE,
        DATABASE_PROCESS_FIRST
    }

    @Test
    void losesNothingAcknowledgedAndLeavesNothingByHalf() throws InterruptedException {
        System.out.printf("kill -9 at %d points, -Dsealbox.kill.seed=%d%n", POINTS, SEED);
        var acknowledged = 0;
        node.start();
        for (var point = 0; point < POINTS; point++) {
            acknowledged += killAndLook(point, new Random(SEED + point));
        }
        System.out.printf("%d acknowledged changes, all there%n", acknowledged);
        assertThat(acknowledged).isGreaterThan(POINTS);
    }

    private int killAndLook(int point, Random random) throws InterruptedException {
        var calls = new Calls(node.api(), KEY);
        var load = new Load(calls, ledger, tags);
        var victim = Victim.values()[point % Victim.values().length];
        var delay = Duration.ofMillis(random.nextInt(1200));
        var clients = load.start(random.nextLong());
        awaitFirst(load);
        pause(delay);
        kill(victim, random);
        load.stop();
        for (var client : clients) {
            client.join();
        }
        var killed = System.nanoTime();
        node.start();
        var back = Duration.ofNanos(System.nanoTime() - killed);
        new Inspection(calls, ledger).inspect(data);
        System.out.printf(
                "point %d: %s killed after %d ms and %d acknowledged changes, back after %d ms%n",
                point, victim, delay.toMillis(), load.acknowledged(), back.toMillis());
        return load.acknowledged();
    }

    /** A node that has just started takes a while for its first answer, and nothing is to be lost before it. */
    private static void awaitFirst(Load load) {
        var deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
        while (load.acknowledged() == 0 && System.nanoTime() < deadline) {
            pause(Duration.ofMillis(5));
        }
    }

    private void kill(Victim victim, Random random) {
        var database = database();
        switch (victim) {
            case SERVER -> node.kill();
            case SERVER_AND_DATABASE -> {
                node.kill();
                database.forEach(ProcessHandle::destroyForcibly);
            }
            case DATABASE_PROCESS_FIRST -> {
                database.get(1 + random.nextInt(database.size() - 1)).destroyForcibly();
                pause(Duration.ofMillis(random.nextInt(300)));
                node.kill();
            }
        }
    }

    /** The database's first process, and then its others. */
    private List<ProcessHandle> database() {
        try {
            var pid = Files.readAllLines(data.resolve("postgres/data/postmaster.pid"));
            var first = ProcessHandle.of(Long.parseLong(pid.getFirst().strip())).orElseThrow();
            return Stream.concat(Stream.of(first), first.descendants()).toList();
        } catch (IOException e) {
            throw new AssertionError("the database does not run", e);
        }
    }

    private static void pause(Duration time) {
        var until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }
}
