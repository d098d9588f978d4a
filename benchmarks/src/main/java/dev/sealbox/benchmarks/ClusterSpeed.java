package dev.sealbox.benchmarks;

import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.demo.cluster.ClusterWorld;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What three nodes cost beside one, all on this machine, which one node can fill: and what a request costs that arrives at a
 * node where its sandbox is not. Secrets are those of twenty stores, whose entities are on both control nodes.
 */
final class ClusterSpeed {
    private static final int STORES = 20;
    private static final int CLIENTS = 16;
    private static final int UNMEASURED = 200;
    private static final int TIMES = 500;

    private final ClusterWorld world;
    private final List<Samples> all = new ArrayList<>();
    private final List<String> stores = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();

    private ClusterSpeed(ClusterWorld world) {
        this.world = world;
    }

    static List<Samples> measure() {
        try (var world = new ClusterWorld()) {
            Runtime.getRuntime().addShutdownHook(new Thread(world::close));
            var speed = new ClusterSpeed(world);
            speed.one();
            speed.three();
            return speed.all;
        }
    }

    private void one() {
        world.startFirst();
        var first = world.client(1);
        for (var number = 0; number < STORES; number++) {
            stores.add(first.secretStores().create("store-" + number).id());
        }
        requests("one node", List.of(first));
    }

    private void three() {
        world.startOthers();
        var first = world.client(1);
        var second = world.client(2);
        var here = onFirst(first);
        var right = Sandbox.connect(first, here.id());
        var wrong = Sandbox.connect(second, here.id());
        requests("three nodes", List.of(first, second));
        // In turns, so that both see the same machine.
        var rightTimes = new ArrayList<Long>();
        var wrongTimes = new ArrayList<Long>();
        for (var time = -UNMEASURED; time < TIMES; time++) {
            var atRight = nanos(() -> right.commands().run("true"));
            var atWrong = nanos(() -> wrong.commands().run("true"));
            if (time >= 0) {
                rightTimes.add(atRight);
                wrongTimes.add(atWrong);
            }
        }
        var near = new Samples("exec, asked at the sandbox's own node", rightTimes);
        var far = new Samples("exec, asked at another node", wrongTimes);
        all.add(near);
        all.add(far.aiming("median at most 5 more", far.medianMillis() - near.medianMillis() <= 5));
    }

    private Sandbox onFirst(SealboxClient client) {
        while (true) {
            var sandbox = Sandbox.create(client, SandboxOptions.defaults());
            var host = client.raw()
                    .get("/sandboxes/" + sandbox.id())
                    .path("workerID")
                    .asText();
            if (host.equals(world.hostId(1))) {
                return sandbox;
            }
        }
    }

    private void requests(String nodes, List<SealboxClient> clients) {
        all.add(Samples.of("get a store, " + nodes, UNMEASURED, TIMES, () -> get(clients)));
        all.add(Samples.of("set a secret, " + nodes, UNMEASURED, TIMES, () -> set(clients)));
        all.add(many("get a store, 16 at once, " + nodes, () -> get(clients)));
        all.add(many("set a secret, 16 at once, " + nodes, () -> set(clients)));
    }

    private static Samples many(String name, Runnable work) {
        Parallel.run(CLIENTS, UNMEASURED, work);
        var start = System.nanoTime();
        var nanos = Parallel.run(CLIENTS, 4 * TIMES, work);
        return new Samples(name, nanos, Duration.ofNanos(System.nanoTime() - start));
    }

    private void get(List<SealboxClient> clients) {
        var number = turn.incrementAndGet();
        client(clients, number).secretStores().get(store(number));
    }

    private void set(List<SealboxClient> clients) {
        var number = turn.incrementAndGet();
        client(clients, number).secretStores().setSecret(store(number), "API_KEY", "value " + number);
    }

    private static SealboxClient client(List<SealboxClient> clients, int number) {
        return clients.get(number % clients.size());
    }

    /** Of all stores, each is asked for at each node. */
    private String store(int number) {
        return stores.get(number / 2 % STORES);
    }

    private static long nanos(Runnable work) {
        var start = System.nanoTime();
        work.run();
        return System.nanoTime() - start;
    }
}
