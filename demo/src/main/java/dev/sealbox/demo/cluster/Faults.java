package dev.sealbox.demo.cluster;

import dev.sealbox.demo.node.Node;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** What can happen to machines. Each fault ends with all nodes well again. Used by one thread. */
final class Faults {
    private static final int CONTROL = 2;
    private static final int HOST = 3;

    private final ClusterWorld world;
    private final Random random;

    Faults(ClusterWorld world, Random random) {
        this.world = world;
        this.random = random;
    }

    /** One kind of fault. */
    enum Kind {
        KILL_CONTROL,
        KILL_HOST,
        FREEZE_CONTROL,
        FREEZE_HOST,
        CUT_HOST,
        CUT_CONTROL,
        DEAFEN_HOST,
        LOSE_PACKETS,
        RESTART_DATABASE,
        FILL_DATABASE_DISK,
        SET_CLOCKS,
        RESTART_ALL_IN_TURN
    }

    void happen(Kind kind) {
        switch (kind) {
            case KILL_CONTROL -> killed(CONTROL);
            case KILL_HOST -> killed(HOST);
            case FREEZE_CONTROL -> frozen(CONTROL, upTo(20));
            case FREEZE_HOST -> frozen(HOST, upTo(20));
            case CUT_HOST -> {
                world.network().cutOff(HOST);
                healed(HOST, upTo(25));
            }
            case CUT_CONTROL -> {
                world.network().cutOff(CONTROL);
                healed(CONTROL, upTo(25));
            }
            case DEAFEN_HOST -> {
                world.network().deafen(HOST);
                healed(HOST, upTo(25));
            }
            case LOSE_PACKETS -> {
                world.network().lose(CONTROL, 1 + random.nextInt(30));
                healed(CONTROL, upTo(20));
            }
            case RESTART_DATABASE -> world.postgres().restart();
            case FILL_DATABASE_DISK -> {
                world.postgres().fillDisk();
                pause(upTo(15));
                world.postgres().freeDisk();
                revive();
            }
            case SET_CLOCKS -> {
                setClocks(step(), step());
                pause(upTo(20));
                rightClocks();
                revive();
            }
            case RESTART_ALL_IN_TURN -> {
                List.of(HOST, CONTROL, 1).forEach(index -> {
                    world.node(index).stop();
                    world.node(index).start();
                });
                revive();
            }
        }
    }

    /** An hour forward, or some minutes back: less than the hour by which the nodes' certificates are back-dated. */
    private Duration step() {
        return random.nextBoolean() ? Duration.ofHours(1) : Duration.ofMinutes(-1 - random.nextInt(30));
    }

    /** Sets the wall clocks of a control node and of a host. The third node, and the database, keep the time. */
    void setClocks(Duration control, Duration host) {
        world.clock(CONTROL).set(control);
        world.clock(HOST).set(host);
    }

    /** Which sets them again: back what went forward. */
    void rightClocks() {
        setClocks(Duration.ZERO, Duration.ZERO);
    }

    private void frozen(int index, Duration time) {
        stopped(index, time);
        revive();
    }

    /** As if its processor were somebody else's for a while. */
    void stopped(int index, Duration time) {
        signal("-STOP", world.node(index));
        pause(time);
        signal("-CONT", world.node(index));
    }

    private void killed(int index) {
        world.node(index).kill();
        pause(upTo(15));
        revive();
    }

    private void healed(int index, Duration after) {
        pause(after);
        world.network().heal(index);
        revive();
    }

    /** A node that was given up ends, some time after it has heard of that; like systemd, starts what has ended. */
    private void revive() {
        var end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < end) {
            for (var index = 1; index <= ClusterWorld.ROLES.size(); index++) {
                if (!world.node(index).isAlive()) {
                    world.node(index).start();
                }
            }
            pause(Duration.ofMillis(500));
        }
    }

    private Duration upTo(int seconds) {
        return Duration.ofMillis(500 + random.nextInt(seconds * 1000));
    }

    static void pause(Duration time) {
        var until = System.nanoTime() + time.toNanos();
        for (var left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void signal(String signal, Node node) {
        Programs.run("kill", signal, Long.toString(node.pid()));
    }
}
