package dev.sealbox.demo.chaos;

import dev.sealbox.demo.chaos.Observation.Read;
import dev.sealbox.demo.chaos.Observation.Write;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether there is an order of what was done to one register that explains all answers and contradicts no clock: each
 * operation at one moment between its beginning and its end, each read of what was written last.
 *
 * <p>No value is written twice. Then it suffices to look at zones (Gibbons and Korach, 1997): those of a value lie between
 * the first end and the last beginning of its operations. Where the first end comes first, the register must have had the
 * value all that time. No two such times may overlap, and none may hold another value's whole zone.
 */
final class Linearizable {
    private Linearizable() {}

    private record Zone(String value, long firstEnd, long lastBegin) {
        boolean isForward() {
            return firstEnd < lastBegin;
        }

        /** The other is forward and overlaps this one, or its operations are all at a time within this one. */
        boolean excludes(Zone other) {
            return firstEnd < other.lastBegin && other.firstEnd < lastBegin;
        }
    }

    /** What is wrong; empty when nothing is. Reads of {@code initial} need no write. */
    static Optional<String> violation(String initial, Collection<Write> writes, Collection<Read> reads) {
        var written = new HashMap<String, Write>();
        written.put(initial, new Write("", initial, Long.MIN_VALUE, Long.MIN_VALUE));
        writes.forEach(write -> written.put(write.value(), write));
        var readsOf = new HashMap<String, List<Read>>();
        for (var read : reads) {
            var write = written.get(read.value());
            if (write == null) {
                return Optional.of(read + " read what nobody wrote");
            }
            if (read.ended() < write.began()) {
                return Optional.of(read + " read what was written later: " + write);
            }
            readsOf.computeIfAbsent(read.value(), value -> new ArrayList<>()).add(read);
        }
        return conflict(zones(written, readsOf));
    }

    /** A write without an answer that nobody read may never have happened. */
    private static List<Zone> zones(Map<String, Write> written, Map<String, List<Read>> readsOf) {
        return written.values().stream()
                .filter(write -> write.ended() != Observation.NEVER || readsOf.containsKey(write.value()))
                .map(write -> {
                    var of = readsOf.getOrDefault(write.value(), List.of());
                    return new Zone(
                            write.value(),
                            Math.min(
                                    write.ended(),
                                    of.stream().mapToLong(Read::ended).min().orElse(Observation.NEVER)),
                            Math.max(
                                    write.began(),
                                    of.stream().mapToLong(Read::began).max().orElse(Long.MIN_VALUE)));
                })
                .toList();
    }

    private static Optional<String> conflict(List<Zone> zones) {
        for (var one : zones) {
            for (var other : zones) {
                if (!one.equals(other) && one.isForward() && one.excludes(other)) {
                    return Optional.of("between " + one + " and " + other + " no order explains the answers");
                }
            }
        }
        return Optional.empty();
    }
}
