package dev.sealbox.demo.crash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.demo.story.World;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A node with real sandboxes is killed at random points of checkpoints, forks, builds and imports that all go on at a
 * time. {@code -Dsealbox.branch-kill.seed} repeats a run as far as timing lets it, {@code -Dsealbox.branch-kill.points}
 * changes how often it is killed.
 */
public final class BranchKills {
    private static final long SEED = Long.getLong("sealbox.branch-kill.seed", System.nanoTime());
    private static final int POINTS = Integer.getInteger("sealbox.branch-kill.points", 2);

    /** Longer than each of the four takes, so that every part of each is met. */
    private static final int LONGEST_MS = 900;

    private BranchKills() {}

    /** Fails when something is lost or half done; leaves nothing of its own but cached images. */
    public static void inflictOn(World world) throws InterruptedException {
        System.out.printf("kill -9 at %d points, -Dsealbox.branch-kill.seed=%d%n", POINTS, SEED);
        var delays = new Random(SEED);
        var branches = Branches.prepare(world);
        var inspection = new BranchInspection(world, branches);
        for (var point = 0; point < POINTS; point++) {
            var delay = delays.nextInt(LONGEST_MS);
            var threads = branches.begin("p" + point);
            pause(Duration.ofMillis(delay));
            world.node().kill();
            branches.end();
            for (var thread : threads) {
                thread.join();
            }
            assertThat(branches.refusals).isEmpty();
            world.node().start();
            var found = inspection.inspect("p" + point);
            System.out.printf("point %d: killed after %d ms; %s%n", point, delay, found);
        }
        branches.parent.kill();
    }

    private static void pause(Duration time) {
        var until = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }
}
