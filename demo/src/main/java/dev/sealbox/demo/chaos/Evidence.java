package dev.sealbox.demo.chaos;

import dev.sealbox.demo.chaos.Observation.Found;
import dev.sealbox.demo.chaos.Observation.Named;
import dev.sealbox.demo.chaos.Observation.Read;
import dev.sealbox.demo.chaos.Observation.Revoked;
import dev.sealbox.demo.chaos.Observation.Used;
import dev.sealbox.demo.chaos.Observation.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a history must hold for it to mean anything that nothing is wrong with it: where no secret was used, none was used
 * wrongly. Far less than a minute with faults holds on a slow machine.
 */
public final class Evidence {
    private static final int USES_OF_EACH = 10;
    private static final int VALUES = 4;
    private static final int REVOKED = 4;
    private static final int WRITES = 20;
    private static final int READS = 50;
    private static final int NAMES = 4;
    private static final int SLEEPS = 6;
    private static final int FORKS = 4;

    private Evidence() {}

    /** What there is too little of; empty when there is enough of everything. */
    public static List<String> missing(List<Observation> history) {
        var missing = new ArrayList<String>();
        var uses = of(history, Used.class).stream().collect(Collectors.groupingBy(Used::sandbox));
        need(missing, "sandboxes that used a secret", uses.size(), Load.BOXES);
        uses.forEach((sandbox, all) -> need(missing, "uses by " + sandbox, all.size(), USES_OF_EACH));
        uses.forEach((sandbox, all) -> need(
                missing,
                "values used by " + sandbox,
                all.stream().map(Used::value).distinct().count(),
                VALUES));
        need(missing, "values revoked", of(history, Revoked.class).size(), REVOKED);
        need(
                missing,
                "acknowledged writes",
                of(history, Write.class).stream()
                        .filter(write -> write.ended() != Observation.NEVER)
                        .count(),
                WRITES);
        need(missing, "reads", of(history, Read.class).size(), READS);
        need(missing, "names given", of(history, Named.class).size(), NAMES);
        return missing;
    }

    /** As {@link #missing}, for a history that also was to have disks in it. */
    public static List<String> missingWithDisks(List<Observation> history) {
        var missing = new ArrayList<>(missing(history));
        var found = of(history, Found.class).stream().collect(Collectors.groupingBy(Found::where));
        need(
                missing,
                "looks after a sleep",
                found.getOrDefault("after a sleep", List.of()).size(),
                SLEEPS);
        need(
                missing,
                "looks in a fork",
                found.getOrDefault("in a fork", List.of()).size(),
                FORKS);
        need(
                missing,
                "looks in the end",
                found.getOrDefault("in the end", List.of()).size(),
                1);
        return missing;
    }

    private static void need(List<String> missing, String what, long seen, long least) {
        if (seen < least) {
            missing.add("only " + seen + " " + what + ", " + least + " are needed");
        }
    }

    private static <T> List<T> of(List<Observation> history, Class<T> kind) {
        return history.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
