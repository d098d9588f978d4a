package dev.sealbox.domain.placement;

import dev.sealbox.domain.identity.HostId;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Where a sandbox goes: to a host that may run it and has room, best where its files lie, and else where most is free.
 * Figures are some seconds old, so that the best are drawn from by lot: nobody sends all that comes to the same host.
 */
public final class Placement {
    /** Weighs as much as a host that is wholly empty against one that is wholly full: to fetch a layer takes seconds. */
    private static final double FILES_ARE_THERE = 1;

    /** CPUs are shared out in time when there are too few; memory is not. */
    private static final double CPU = 0.5;

    /** Hosts that differ by less are alike. */
    private static final double ALIKE = 0.1;

    private Placement() {}

    /** Chooses among {@code hosts}; the same draw of {@code lot} gives the same answer. */
    public static Place choose(Wanted wanted, Collection<HostState> hosts, RandomGenerator lot) {
        var able = hosts.stream().filter(host -> isAble(host, wanted)).toList();
        if (able.isEmpty()) {
            return new Place.Nowhere();
        }
        var best = best(wanted, able);
        return best.isEmpty() ? new Place.Full() : new Place.On(best.get(lot.nextInt(best.size())));
    }

    /** Those that are as good as the best, in the order of their names. */
    private static List<HostId> best(Wanted wanted, List<HostState> able) {
        var scores = able.stream()
                .filter(host -> host.fits(wanted.size()))
                .map(host -> Map.entry(host.host(), score(host, wanted)))
                .toList();
        var highest = scores.stream().mapToDouble(Map.Entry::getValue).max().orElse(0);
        return scores.stream()
                .filter(entry -> entry.getValue() > highest - ALIKE)
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparing(HostId::value))
                .toList();
    }

    /**
     * Where something goes whose files lie on {@code files}: there if that host may and can, else where they can be fetched
     * to. A host gives them to others also when it is full or drained.
     *
     * @param kept whether they can be had without any host
     */
    public static Place near(
            HostId files, boolean kept, Wanted wanted, Collection<HostState> hosts, RandomGenerator lot) {
        var there = hosts.stream().filter(host -> host.host().equals(files)).findFirst();
        if (there.isPresent() && isAble(there.get(), wanted) && there.get().fits(wanted.size())) {
            return new Place.On(files);
        }
        return kept || there.isPresent() || hosts.stream().anyMatch(host -> hasFiles(host, wanted))
                ? choose(wanted, hosts, lot)
                : new Place.Nowhere();
    }

    private static boolean hasFiles(HostState host, Wanted wanted) {
        return !wanted.layers().isEmpty()
                && host.layers().contains(wanted.layers().getFirst());
    }

    private static boolean isAble(HostState host, Wanted wanted) {
        return !host.draining()
                && (host.templates().isEmpty() || host.templates().contains(wanted.template()))
                && host.labels().entrySet().containsAll(wanted.labels().entrySet());
    }

    private static double score(HostState host, Wanted wanted) {
        var after = host.with(wanted.size());
        return share(after.promisedMB(), after.memoryMB())
                + CPU * share(after.promisedCpus(), after.cpus())
                + (hasFiles(host, wanted) ? FILES_ARE_THERE : 0);
    }

    private static double share(long promised, long all) {
        return Optional.of(1 - (double) promised / all)
                .filter(share -> share > 0)
                .orElse(0.0);
    }
}
