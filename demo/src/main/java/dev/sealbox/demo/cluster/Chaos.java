package dev.sealbox.demo.cluster;

import dev.sealbox.demo.chaos.Evidence;
import dev.sealbox.demo.chaos.History;
import dev.sealbox.demo.chaos.Observation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * {@code ./sealbox bench chaos [--minutes N] [--seed N]}: three nodes are used all the time while faults happen to them, one
 * after the other in rounds of all kinds, and the history of everything that was asked and seen is judged in the end.
 */
public final class Chaos {
    private Chaos() {}

    /**
     * Runs it.
     *
     * @return the exit status: 0 only when nothing is wrong with the history and there is enough of it
     */
    public static int run(List<String> arguments) {
        var minutes = number(arguments, "--minutes", 5);
        var seed = number(arguments, "--seed", System.nanoTime());
        if (minutes < 1 || arguments.size() % 2 != 0) {
            System.err.println("usage: bench chaos [--minutes N] [--seed N]");
            return 2;
        }
        System.out.println("Faults in the order of --seed " + seed + "; times depend on the machine.");
        try (var world = new ClusterWorld()) {
            Runtime.getRuntime().addShutdownHook(new Thread(world::close));
            world.start();
            return judged(suffered(world, Duration.ofMinutes(minutes), new Random(seed)));
        }
    }

    private static History suffered(ClusterWorld world, Duration time, Random random) {
        var history = new History();
        var load = world.load(history);
        var faults = new Faults(world, random);
        var end = System.nanoTime() + time.toNanos();
        var began = System.nanoTime();
        while (System.nanoTime() < end) {
            var round = new ArrayList<>(List.of(Faults.Kind.values()));
            Collections.shuffle(round, random);
            for (var kind : round) {
                if (System.nanoTime() < end) {
                    System.out.printf(
                            "%5d s  %s, %d observations%n",
                            (System.nanoTime() - began) / 1_000_000_000,
                            kind,
                            history.all().size());
                    faults.happen(kind);
                }
            }
        }
        load.stop();
        return history;
    }

    /** Prints what is wrong with it; the exit status. */
    static int judged(History history) {
        return judged(history, Evidence::missing);
    }

    /** @param needed what there is too little of */
    static int judged(History history, Function<List<Observation>, List<String>> needed) {
        var all = history.all();
        var violations = ClusterWorld.checker().violations(all);
        System.out.printf("%n%s%n", told(all));
        violations.forEach(violation -> System.err.println("violation: " + violation));
        System.out.println(violations.isEmpty() ? "no violation" : violations.size() + " violations");
        var missing = needed.apply(all);
        missing.forEach(little -> System.err.println("too little to judge: " + little));
        return violations.isEmpty() && missing.isEmpty() ? 0 : 1;
    }

    /** How much of what there is in a history. */
    static String told(List<Observation> history) {
        var kinds = new java.util.TreeMap<String, Integer>();
        history.forEach(each -> kinds.merge(each.getClass().getSimpleName(), 1, Integer::sum));
        return history.size() + " observations " + kinds;
    }

    private static long number(List<String> arguments, String name, long otherwise) {
        var at = arguments.indexOf(name);
        try {
            return at < 0 ? otherwise : Long.parseLong(arguments.get(at + 1));
        } catch (RuntimeException e) {
            return 0;
        }
    }
}
