package dev.sealbox.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.benchmarks.egress.ProxyBench;
import dev.sealbox.benchmarks.egress.Result;
import dev.sealbox.demo.cluster.Chaos;
import dev.sealbox.demo.cluster.Upgrade;
import dev.sealbox.demo.node.Project;
import dev.sealbox.demo.story.World;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * {@code ./sealbox bench [NAME...] [--quick]}: prints tables, and writes them with every sample as JSON to
 * {@code target/bench/}. Fails when an answer was wrong.
 */
public final class Bench {
    private static final String PROXY = "proxy";
    private static final String QUICK = "--quick";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, List<Benchmark>> ALL = new LinkedHashMap<>();

    /** Those that bring what they measure, and would only be disturbed by a running node. */
    private static final Map<String, Supplier<List<Samples>>> ALONE =
            Map.of("journal", JournalSpeed::measure, "rotation", Rotation::measure, "cluster", ClusterSpeed::measure);

    private static final String FORK = "fork";

    /** What keeps one client from taking all is not what is measured. */
    private static final Map<String, String> UNLIMITED = Map.of(
            "SEALBOX_RATE_LIMIT",
            "0",
            "SEALBOX_MEMORY_OVERCOMMIT",
            "1000",
            "SEALBOX_CPU_OVERCOMMIT",
            "1000",
            "SEALBOX_JAVA_OPTS",
            "-Dsealbox.persistence.max-sandboxes=1000");

    static {
        ALL.put("create", List.of(Lifecycle::create));
        ALL.put("exec", List.of(Lifecycle::exec));
        ALL.put("checkpoint", List.of(Lifecycle::checkpoint));
        ALL.put("sandbox", SandboxSpeed.PARTS);
        ALL.put("memory", List.of(MemorySpeed::measure));
        ALL.put("sandbox-request", List.of(SandboxRequest::measure));
    }

    private Bench() {}

    public static void main(String[] names) {
        // The server's own configuration, which is on the class path, too, tells more than a table wants.
        System.setProperty("logback.configurationFile", "dev/sealbox/benchmarks/logback.xml");
        if (names.length > 0 && names[0].equals("fuzz")) {
            System.exit(Fuzz.run(List.of(names).subList(1, names.length)));
        }
        if (names.length > 0 && names[0].equals("chaos")) {
            System.exit(Chaos.run(List.of(names).subList(1, names.length)));
        }
        if (names.length > 0 && names[0].equals("upgrade")) {
            System.exit(Upgrade.run(List.of(names).subList(1, names.length)));
        }
        if (names.length > 0 && names[0].equals("scale")) {
            System.exit(Scale.run(List.of(names).subList(1, names.length)));
        }
        if (names.length > 0 && names[0].equals("soak")) {
            System.exit(Soak.run(List.of(names).subList(1, names.length)));
        }
        var known = Stream.of(ALONE.keySet(), Set.of(PROXY, FORK), ALL.keySet())
                .flatMap(Set::stream)
                .toList();
        boolean quick = List.of(names).contains(QUICK);
        var asked = Stream.of(names).filter(name -> !name.equals(QUICK)).toList();
        var chosen = asked.isEmpty() ? known : asked;
        if (!known.containsAll(chosen) || (quick && !Set.of(PROXY, FORK).containsAll(chosen))) {
            System.err.println("no such benchmark; there are: fuzz, soak, chaos, upgrade, scale, "
                    + String.join(", ", known) + "; --quick is for proxy and fork");
            System.exit(2);
        }
        System.out.println("Machine: " + Machine.description());
        if (chosen.contains(PROXY) && !proxy(quick)) {
            System.err.println("an answer was wrong, or there was none");
            System.exit(1);
        }
        if (!chosen.equals(List.of(PROXY))) {
            System.out.println(Samples.header());
        }
        if (chosen.contains(FORK)) {
            report(FORK, ForkSpeed.measure(quick));
        }
        ALONE.forEach((name, benchmark) -> {
            if (chosen.contains(name)) {
                report(name, benchmark.get());
            }
        });
        var inWorld = chosen.stream().filter(ALL::containsKey).toList();
        if (!inWorld.isEmpty()) {
            measure(inWorld);
        }
        System.exit(0);
    }

    /** Whether all answers were right. */
    private static boolean proxy(boolean quick) {
        var results = ProxyBench.measure(quick, System.out::println);
        write(PROXY, results);
        return results.stream().allMatch(Result::allRight);
    }

    private static void measure(List<String> chosen) {
        try (var world = World.open(UNLIMITED)) {
            Runtime.getRuntime().addShutdownHook(new Thread(world::close));
            chosen.forEach(name -> measure(name, world));
            world.stop();
        }
    }

    private static void measure(String name, World world) {
        var all = new ArrayList<Samples>();
        for (var part : ALL.getOrDefault(name, List.of())) {
            var samples = part.measure(world);
            print(samples);
            all.addAll(samples);
        }
        keep(name, all);
    }

    private static void report(String name, List<Samples> samples) {
        print(samples);
        keep(name, samples);
    }

    private static void print(List<Samples> samples) {
        samples.forEach(each -> System.out.println(each.row()));
    }

    private static void keep(String name, List<Samples> samples) {
        write(
                name,
                samples.stream()
                        .map(each -> Map.of(
                                "name", each.name().strip(),
                                "count", each.nanos().size(),
                                "medianMillis", each.medianMillis(),
                                "p99Millis", each.p99Millis(),
                                "perSecond", each.perSecond().orElse(0.0),
                                "target", each.aim().map(Samples.Aim::toString).orElse(""),
                                "nanos", each.nanos()))
                        .toList());
    }

    static void write(String name, List<?> results) {
        var file = Project.home().resolve("target/bench").resolve(name + ".json");
        try {
            Files.createDirectories(file.getParent());
            var whole =
                    Map.of("machine", Machine.description(), "at", Instant.now().toString(), "results", results);
            JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), whole);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
