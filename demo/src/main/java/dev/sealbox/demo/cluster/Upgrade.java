package dev.sealbox.demo.cluster;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.chaos.Evidence;
import dev.sealbox.demo.chaos.History;
import dev.sealbox.demo.node.Build;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code ./sealbox bench upgrade --from CHECKOUT}: three nodes of an older build are replaced by this one, a node after the
 * other, while they are used, and one goes back and forth again when the older build can read all that this one writes. What
 * clients saw is judged as with {@link Chaos}, and so are the disks of sandboxes that sleep, wake, are checkpointed and forked
 * meanwhile; no sandbox may be lost.
 */
public final class Upgrade implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How long each state is used. */
    private static final Duration USED = Duration.ofSeconds(8);

    /** The host first, and last the node with everything. */
    private static final List<Integer> ORDER = List.of(3, 2, 1);

    private static final int BACK = 2;

    private final Build older;
    private final Build newer;
    private final ClusterWorld world;
    private final Probe probe;
    private int failures;

    private Upgrade(Build older, Build newer) {
        this.older = older;
        this.newer = newer;
        this.world = new ClusterWorld(index -> older);
        this.probe = new Probe(world);
    }

    /**
     * Runs it.
     *
     * @return the exit status: 0 only when nothing was lost and nothing is wrong with the history
     */
    public static int run(List<String> arguments) {
        if (arguments.size() != 2 || !arguments.getFirst().equals("--from")) {
            System.err.println("usage: bench upgrade --from CHECKOUT (of this project, built)");
            return 2;
        }
        Build from;
        try {
            from = Build.in(Path.of(arguments.getLast()));
        } catch (IllegalArgumentException none) {
            System.err.println(none.getMessage());
            return 2;
        }
        try (var upgrade = new Upgrade(from, laterThan(from))) {
            Runtime.getRuntime().addShutdownHook(new Thread(upgrade::close));
            return upgrade.told();
        }
    }

    /** Builds between two releases say the same version, and nodes would not know which is the newer one. */
    private static Build laterThan(Build from) {
        var here = Build.here();
        return here.version().equals(from.version()) ? here.saying(ClusterWorld.LATER_VERSION) : here;
    }

    private int told() {
        System.out.printf(
                "from %s, version %s%nto %s, version %s%n",
                older.home(), older.version(), newer.home(), newer.version());
        world.start();
        show("all of the older build");
        var history = new History();
        var load = world.load(history);
        load.withDisks();
        Faults.pause(USED);
        for (var index : ORDER) {
            replace(index, newer);
        }
        goBack();
        load.stop();
        noneIsLost(world.client(1));
        var judged = Chaos.judged(history, Evidence::missingWithDisks);
        return failures == 0 ? judged : 1;
    }

    /** Only what the older build has forms for can be read by it. */
    private void goBack() {
        var unknown = new TreeSet<>(newer.forms());
        unknown.removeAll(older.forms());
        if (unknown.isEmpty()) {
            replace(BACK, older);
            replace(BACK, newer);
        } else {
            System.out.println("no way back: the older build cannot read " + unknown);
        }
    }

    private void replace(int index, Build build) {
        var node = world.node(index);
        var began = System.nanoTime();
        expect("node " + index + " ends by itself, and cleanly", node.stop());
        node.of(build);
        node.start();
        expect(
                "node " + index + " is a member again, and is ready",
                Probe.within(
                        PATIENCE,
                        () -> probe.ask(index, "/readyz").statusCode() == 200
                                && probe.metric("sealbox_cluster_members") == 3));
        show("node %d replaced in %d ms".formatted(index, (System.nanoTime() - began) / 1_000_000));
        Faults.pause(USED);
    }

    /** Who runs what, and how many versions the first node sees. */
    private void show(String after) {
        var versions = ORDER.reversed().stream()
                .map(index -> world.node(index).build().version())
                .toList();
        System.out.printf("%s: nodes 1 to 3 are of %s%n", after, versions);
        var distinct = (int) versions.stream().distinct().count();
        expect(
                distinct + " versions in sealbox_cluster_versions",
                Probe.within(PATIENCE, () -> probe.metric("sealbox_cluster_versions") == distinct));
    }

    /** They run on while their host is replaced, and are adopted. */
    private void noneIsLost(SealboxClient client) {
        var statuses = new TreeSet<String>();
        expect("the sandboxes can be listed", Probe.within(PATIENCE, () -> listed(client, statuses)));
        expect("no sandbox was lost, of " + statuses, !statuses.contains("error"));
    }

    private static boolean listed(SealboxClient client, Set<String> statuses) {
        try {
            client.raw()
                    .get("/sandboxes")
                    .forEach(box -> statuses.add(box.path("status").asText()));
            return !statuses.isEmpty();
        } catch (ApiException refused) {
            return false;
        }
    }

    private void expect(String what, boolean held) {
        System.out.println((held ? "   held      " : "   BROKEN    ") + what);
        failures += held ? 0 : 1;
    }

    @Override
    public void close() {
        world.close();
        probe.close();
    }
}
