package dev.sealbox.domain.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final Size ONE = new Size(1, 1024);
    private static final CheckpointId LAYER = new CheckpointId(UUID.fromString("c0ffee00-1111-4222-8333-444455556666"));
    private static final Wanted FRESH = Wanted.fresh(ONE);
    private static final Wanted FORK = new Wanted("base", ONE, List.of(LAYER), Map.of());

    private static final Random LOT = new Random(1);

    private static HostState host(String name, long promisedMB) {
        return new HostState(
                new HostId(name),
                10_240,
                promisedMB,
                8000,
                64,
                0,
                0,
                0,
                false,
                false,
                Set.of("base"),
                Set.of(),
                0,
                0,
                false,
                Map.of());
    }

    private static HostState with(
            HostState host, boolean diskFull, boolean draining, Set<CheckpointId> layers, Map<String, String> labels) {
        return new HostState(
                host.host(),
                host.memoryMB(),
                host.promisedMB(),
                host.freeMB(),
                host.cpus(),
                host.promisedCpus(),
                0,
                0,
                diskFull,
                draining,
                host.templates(),
                layers,
                0,
                0,
                false,
                labels);
    }

    private static HostState withFree(HostState host, long freeMB, int promisedCpus) {
        return new HostState(
                host.host(),
                host.memoryMB(),
                host.promisedMB(),
                freeMB,
                host.cpus(),
                promisedCpus,
                0,
                0,
                false,
                false,
                host.templates(),
                Set.of(),
                0,
                0,
                false,
                Map.of());
    }

    private static Place choose(Wanted wanted, HostState... hosts) {
        return Placement.choose(wanted, List.of(hosts), LOT);
    }

    private static Place on(String name) {
        return new Place.On(new HostId(name));
    }

    @Test
    void choosesTheHostWithMostMemoryToPromise() {
        assertThat(choose(FRESH, host("a", 8000), host("b", 2000))).isEqualTo(on("b"));
    }

    @Test
    void choosesTheHostWithMoreCpusWhereMemoryIsAlike() {
        assertThat(choose(FRESH, withFree(host("a", 2000), 8000, 60), host("b", 2000)))
                .isEqualTo(on("b"));
    }

    @Test
    void goesWhereTheFilesAreUnlessThatHostIsNearlyFull() {
        var there = with(host("a", 6000), false, false, Set.of(LAYER), Map.of());

        assertThat(choose(FORK, there, host("b", 2000))).isEqualTo(on("a"));
        assertThat(choose(FRESH, there, host("b", 2000))).isEqualTo(on("b"));
        assertThat(choose(FORK, with(host("a", 9300), false, false, Set.of(LAYER), Map.of()), host("b", 0)))
                .isIn(on("a"), on("b"));
        assertThat(choose(FORK, with(host("a", 9300), false, false, Set.of(), Map.of()), host("b", 0)))
                .isEqualTo(on("b"));
    }

    @Test
    void goesOnlyToHostsWithAllLabels() {
        var wanted = new Wanted("base", ONE, List.of(), Map.of("zone", "a", "gpu", "yes"));
        var half = with(host("half", 0), false, false, Set.of(), Map.of("zone", "a"));
        var whole = with(host("whole", 9000), false, false, Set.of(), Map.of("zone", "a", "gpu", "yes", "x", "y"));

        assertThat(choose(wanted, half, whole)).isEqualTo(on("whole"));
        assertThat(choose(wanted, half)).isEqualTo(new Place.Nowhere());
    }

    @Test
    void goesNowhereThatIsDrainingOrLacksTheTemplate() {
        assertThat(choose(FRESH, with(host("a", 0), false, true, Set.of(), Map.of())))
                .isEqualTo(new Place.Nowhere());
        assertThat(choose(new Wanted("gpu", ONE, List.of(), Map.of()), host("a", 0)))
                .isEqualTo(new Place.Nowhere());
        assertThat(choose(FRESH)).isEqualTo(new Place.Nowhere());
    }

    @Test
    void saysThatTheClusterIsFullWhereRoomMayCome() {
        assertThat(choose(FRESH, host("a", 10_000))).isEqualTo(new Place.Full());
        assertThat(choose(FRESH, with(host("a", 0), true, false, Set.of(), Map.of())))
                .isEqualTo(new Place.Full());
        assertThat(choose(FRESH, withFree(host("a", 0), 100, 0))).isEqualTo(new Place.Full());
        assertThat(choose(FRESH, withFree(host("a", 0), 8000, 64))).isEqualTo(new Place.Full());
    }

    @Test
    void takesAHostOfAnEarlierVersionForOneThatTakesWhatComes() {
        assertThat(choose(FORK, HostState.untold(new HostId("old"), false))).isEqualTo(on("old"));
        assertThat(choose(FORK, HostState.untold(new HostId("old"), true))).isEqualTo(new Place.Full());
    }

    @Test
    void drawsAmongThoseThatAreAlike() {
        var seen = new HashMap<Place, Integer>();
        for (var i = 0; i < 300; i++) {
            seen.merge(choose(FRESH, host("a", 2000), host("b", 2100), host("c", 9000)), 1, Integer::sum);
        }

        assertThat(seen).containsOnlyKeys(on("a"), on("b"));
        assertThat(seen.values()).allMatch(times -> times > 75);
    }

    @Test
    void staysWithItsFilesAndElseGoesWhereTheyCanBeFetched() {
        var files = new HostId("a");
        var full = host("a", 10_000);
        var other = host("b", 0);

        assertThat(Placement.near(files, false, FORK, List.of(host("a", 9000), other), LOT))
                .isEqualTo(on("a"));
        assertThat(Placement.near(files, false, FORK, List.of(full, other), LOT))
                .isEqualTo(on("b"));
        assertThat(Placement.near(files, false, FORK, List.of(full), LOT)).isEqualTo(new Place.Full());
        assertThat(Placement.near(files, true, FORK, List.of(other), LOT)).isEqualTo(on("b"));
        var drained = with(host("a", 0), false, true, Set.of(LAYER), Map.of());
        assertThat(Placement.near(files, false, FORK, List.of(drained, other), LOT))
                .isEqualTo(on("b"));
        var wanted = new Wanted("base", ONE, List.of(LAYER), Map.of("zone", "b"));
        var labelled = with(other, false, false, Set.of(), Map.of("zone", "b"));
        assertThat(Placement.near(files, false, wanted, List.of(host("a", 0), labelled), LOT))
                .isEqualTo(on("b"));
    }

    @Test
    void goesNowhereWhenAllWhoHaveItsFilesAreAway() {
        var files = new HostId("a");
        var other = host("b", 0);

        assertThat(Placement.near(files, false, FORK, List.of(other), LOT)).isEqualTo(new Place.Nowhere());
        var holder = with(host("c", 10_000), false, false, Set.of(LAYER), Map.of());
        assertThat(Placement.near(files, false, FORK, List.of(other, holder), LOT))
                .isEqualTo(on("b"));
    }

    @RepeatedTest(200)
    void alwaysFindsAHostThatFitsAndNeverAnother() {
        var seed = new Random().nextLong();
        var random = new Random(seed);
        var hosts = new ArrayList<HostState>();
        for (var i = random.nextInt(8); i > 0; i--) {
            hosts.add(new HostState(
                    new HostId("h" + i),
                    random.nextInt(20_000),
                    random.nextInt(20_000),
                    random.nextInt(1024),
                    1 + random.nextInt(16),
                    random.nextInt(16),
                    0,
                    0,
                    random.nextInt(4) == 0,
                    random.nextInt(4) == 0,
                    random.nextBoolean() ? Set.of() : Set.of("base"),
                    random.nextBoolean() ? Set.of(LAYER) : Set.of(),
                    0,
                    0,
                    false,
                    random.nextBoolean() ? Map.of() : Map.of("zone", "a")));
        }
        var wanted = new Wanted("base", ONE, List.of(LAYER), random.nextBoolean() ? Map.of() : Map.of("zone", "a"));
        var able = hosts.stream()
                .filter(host -> !host.draining())
                .filter(host -> wanted.labels().isEmpty() || host.labels().equals(wanted.labels()))
                .toList();
        var fitting = able.stream()
                .filter(host -> !host.diskFull()
                        && host.freeMB() >= HostState.LEAST_FREE_MB
                        && host.memoryMB() - host.promisedMB() >= 1024
                        && host.cpus() > host.promisedCpus())
                .map(HostState::host)
                .toList();

        var place = Placement.choose(wanted, hosts, random);

        assertThat(place).as("seed %s", seed).satisfies(found -> {
            switch (found) {
                case Place.On(var host) -> assertThat(fitting).contains(host);
                case Place.Full() -> {
                    assertThat(fitting).isEmpty();
                    assertThat(able).isNotEmpty();
                }
                case Place.Nowhere() -> assertThat(able).isEmpty();
            }
        });
    }

    @Test
    void refusesLabelsThatCannotBe() {
        assertThatThrownBy(() -> new Siting(Map.of("a b", "c"), OnHostLoss.FAIL))
                .isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> new Siting(Map.of("a", ""), OnHostLoss.FAIL)).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> OnHostLoss.of("explode")).isInstanceOf(InvalidValue.class);
        assertThat(OnHostLoss.of("recreate")).isEqualTo(OnHostLoss.RECREATE);
    }
}
