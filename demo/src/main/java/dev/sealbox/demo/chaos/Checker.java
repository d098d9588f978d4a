package dev.sealbox.demo.chaos;

import dev.sealbox.demo.chaos.Observation.Found;
import dev.sealbox.demo.chaos.Observation.Given;
import dev.sealbox.demo.chaos.Observation.Listed;
import dev.sealbox.demo.chaos.Observation.Named;
import dev.sealbox.demo.chaos.Observation.Read;
import dev.sealbox.demo.chaos.Observation.Revoked;
import dev.sealbox.demo.chaos.Observation.Used;
import dev.sealbox.demo.chaos.Observation.Write;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether a history can be that of a correct system, in the manner of Jepsen: no acknowledged change is lost, changes of a
 * register are linearizable, no name is given twice, no secret is used after its revocation, and none in a sandbox that it
 * is not for. Pure.
 *
 * @param initial what every register holds at first
 * @param lag how long a sandbox which the answer to a revocation named as lagging may go on
 * @param slack how much later than it happened a use may be seen
 */
public record Checker(String initial, Duration lag, Duration slack) {

    /** What is wrong with it, one line each; none when nothing is. */
    public List<String> violations(List<Observation> history) {
        var found = new ArrayList<String>();
        found.addAll(registers(
                of(history, Write.class).toList(), of(history, Read.class).toList()));
        found.addAll(names(
                of(history, Named.class).toList(), of(history, Listed.class).toList()));
        found.addAll(uses(history));
        found.addAll(of(history, Found.class)
                .filter(each -> !each.isRight())
                .map(each -> each + " is not what was written")
                .toList());
        return List.copyOf(found);
    }

    private static <T> Stream<T> of(List<Observation> history, Class<T> kind) {
        return history.stream().filter(kind::isInstance).map(kind::cast);
    }

    private List<String> registers(List<Write> writes, List<Read> reads) {
        var all = new TreeSet<String>();
        writes.forEach(write -> all.add(write.register()));
        reads.forEach(read -> all.add(read.register()));
        return all.stream()
                .flatMap(register -> Linearizable.violation(
                        initial,
                        writes.stream()
                                .filter(write -> write.register().equals(register))
                                .toList(),
                        reads.stream()
                                .filter(read -> read.register().equals(register))
                                .toList())
                        .map(what -> register + ": " + what)
                        .stream())
                .toList();
    }

    private static List<String> names(List<Named> named, List<Listed> listed) {
        var found = new ArrayList<String>();
        var ids = new HashMap<String, Set<String>>();
        Stream.concat(
                        named.stream().map(each -> Map.entry(each.name(), each.id())),
                        listed.stream().map(each -> Map.entry(each.name(), each.id())))
                .forEach(entry -> ids.computeIfAbsent(entry.getKey(), name -> new HashSet<>())
                        .add(entry.getValue()));
        ids.forEach((name, given) -> {
            if (given.size() > 1) {
                found.add("the name " + name + " was given to " + given);
            }
        });
        var there = listed.stream().map(Listed::id).collect(Collectors.toSet());
        named.stream()
                .filter(each -> !there.contains(each.id()))
                .forEach(each -> found.add("the store " + each + " was acknowledged and is gone"));
        return found;
    }

    private List<String> uses(List<Observation> history) {
        var given = new HashMap<String, Set<String>>();
        of(history, Given.class)
                .forEach(each -> given.computeIfAbsent(each.sandbox(), sandbox -> new HashSet<>())
                        .add(each.value()));
        var revoked = new HashMap<String, Revoked>();
        of(history, Revoked.class).forEach(each -> revoked.put(each.value(), each));
        return of(history, Used.class)
                .flatMap(use -> Stream.concat(
                        given.getOrDefault(use.sandbox(), Set.of()).contains(use.value())
                                ? Stream.empty()
                                : Stream.of(use + " is of a value that was never this sandbox's"),
                        Stream.ofNullable(revoked.get(use.value()))
                                .filter(each -> use.at() - each.acknowledged()
                                        > patience(each).toNanos())
                                .map(each -> use + " came after " + each)))
                .toList();
    }

    private Duration patience(Revoked revoked) {
        return revoked.lagging() ? lag.plus(slack) : slack;
    }
}
