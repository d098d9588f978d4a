package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.HeldLayer;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.layer.LayerStore;
import dev.sealbox.domain.layer.LayerStoreFailure;
import dev.sealbox.domain.layer.PackedLayer;
import dev.sealbox.domain.layer.SharedLayer;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.domain.sandbox.Defaults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Hosts with one store between them or without any, in memory: in which order layers go, and what happens when they do not. */
class LayeredTest {
    private static final OrganizationId OWNER = new OrganizationId("one");
    private static final SandboxId FORK = SandboxId.of(new UUID(0, 1));

    private final Shelf store = new Shelf();
    private final Files here = new Files();
    private final Files there = new Files();
    private final CheckpointId lower = new CheckpointId(UUID.randomUUID());
    private final CheckpointId upper = new CheckpointId(UUID.randomUUID());
    private final AtomicInteger starts = new AtomicInteger();

    @Test
    void sharesWhatIsBelowFirstAndFetchesInThatOrder() {
        here.layers.put(lower, List.of());
        here.layers.put(upper, List.of(lower));
        try (var mine = over(here);
                var theirs = over(there)) {
            mine.offer(upper, Optional.of(OWNER));
            eventually(() -> here.unshared().isEmpty());
            assertThat(store.kept.keySet()).containsExactly(lower, upper);

            join(theirs.start(FORK, List.of(upper, lower), this::started));

            assertThat(there.layers).containsExactly(Map.entry(lower, List.of()), Map.entry(upper, List.of(lower)));
            assertThat(starts).hasValue(1);
            // They stay for as long as something stands on them.
            assertThat(there.released).containsExactlyInAnyOrder(lower, upper);
        }
    }

    @Test
    void goesOnSharingWhenTheStoreIsBackAndAfterARestart() {
        here.layers.put(lower, List.of());
        store.away = true;
        try (var mine = over(here)) {
            mine.offer(lower, Optional.of(OWNER));
            eventually(() -> store.refused.get() > 1);
            assertThat(here.unshared()).hasSize(1);
        }
        store.away = false;
        var restarted = over(here);
        eventually(() -> here.unshared().isEmpty());
        restarted.close();
        assertThat(store.kept).containsOnlyKeys(lower);
    }

    @Test
    void doesNotLetOneThatCannotBePackedKeepTheOthers() {
        here.layers.put(lower, List.of());
        here.layers.put(upper, List.of());
        here.broken = Optional.of(lower);
        try (var mine = over(here)) {
            mine.offer(lower, Optional.of(OWNER));
            mine.offer(upper, Optional.of(OWNER));
            eventually(() -> here.unshared().size() == 1);
            assertThat(store.kept).containsOnlyKeys(upper);
            here.broken = Optional.empty();
            eventually(() -> here.unshared().isEmpty());
        }
    }

    @Test
    void saysWhatIsMissingAwayOrUnusableAndStartsNothing() {
        try (var theirs = over(there)) {
            assertThatThrownBy(() -> join(theirs.start(FORK, List.of(lower), this::started)))
                    .hasCauseInstanceOf(HostFailure.class)
                    .hasMessageContaining("neither on this host nor, by now, in a layer store or on another host");
            store.away = true;
            assertThatThrownBy(() -> join(theirs.start(FORK, List.of(lower), this::started)))
                    .hasCauseInstanceOf(HostFailure.class)
                    .hasMessageContaining("away");
            store.away = false;
            store.kept.put(lower, new SharedLayer(lower, OWNER, List.of()));
            there.refusing = true;
            assertThatThrownBy(() -> join(theirs.start(FORK, List.of(lower), this::started)))
                    .hasMessageContaining("cannot be used here")
                    .hasMessageContaining("damaged");
            there.refusing = false;
            join(theirs.start(FORK, List.of(lower), this::started));
            assertThat(starts).hasValue(1);
        }
    }

    @Test
    void fetchesOnceForManyAndStartsNoneThatWasStoppedMeanwhile() {
        store.kept.put(lower, new SharedLayer(lower, OWNER, List.of()));
        there.hold = new CompletableFuture<>();
        try (var theirs = over(there)) {
            var first = theirs.start(FORK, List.of(lower), this::started);
            var second = theirs.start(SandboxId.of(new UUID(0, 2)), List.of(lower), this::started);
            eventually(() -> Collections.frequency(there.held, lower) == 2 && there.receiving.get() == 1);
            theirs.callOff(FORK);
            there.hold.complete(Unit.DONE);

            join(second);
            assertThatThrownBy(() -> join(first)).hasMessageContaining("was stopped while its files were fetched");
            assertThat(there.receiving).hasValue(1);
            assertThat(starts).hasValue(1);
        }
    }

    @Test
    void fetchesFromTheHostThatHasThemWhenThereIsNoStore() {
        here.layers.put(lower, List.of());
        here.layers.put(upper, List.of(lower));
        try (var mine = without(here, layer -> List.of());
                var theirs = without(there, peers(mine))) {
            join(theirs.start(FORK, List.of(upper, lower), this::started));

            assertThat(there.layers).containsExactly(Map.entry(lower, List.of()), Map.entry(upper, List.of(lower)));
            assertThat(starts).hasValue(1);
            assertThat(there.released).containsExactlyInAnyOrder(lower, upper);
        }
    }

    @Test
    void asksTheOtherHostsForWhatIsNotInTheStoreOrWhenThatIsAway() {
        here.layers.put(lower, List.of());
        here.layers.put(upper, List.of(lower));
        store.kept.put(lower, new SharedLayer(lower, OWNER, List.of()));
        try (var mine = without(here, layer -> List.of());
                var theirs = Layered.over(there, Optional.of(store), peers(mine), Duration.ofMillis(20))) {
            join(theirs.start(FORK, List.of(upper, lower), this::started));
            assertThat(here.packed).as("the store has the other one packed").containsExactly(upper);

            there.layers.clear();
            store.away = true;
            join(theirs.start(FORK, List.of(upper, lower), this::started));
            assertThat(here.packed)
                    .as("what it packed a moment ago lies there still")
                    .containsExactly(upper, lower);
            assertThat(starts).hasValue(2);
        }
    }

    /** As when it dies in the middle. */
    @Test
    void goesOnWithAnotherHostWhenOneBreaksOffAndElseKeepsNothing() {
        here.layers.put(lower, List.of());
        var breaking = new Files();
        breaking.layers.put(lower, List.of());
        breaking.broken = Optional.of(lower);
        try (var dying = without(breaking, layer -> List.of());
                var mine = without(here, layer -> List.of());
                var alone = without(there, peers(dying));
                var theirs = without(there, peers(dying, mine))) {
            assertThatThrownBy(() -> join(alone.start(FORK, List.of(lower), this::started)))
                    .hasCauseInstanceOf(HostFailure.class)
                    .hasMessageContaining("could not be fetched from the host that has it")
                    .hasMessageNotContaining("damaged");
            assertThat(there.layers).isEmpty();
            assertThat(starts).hasValue(0);

            join(theirs.start(FORK, List.of(lower), this::started));
            assertThat(there.layers).containsOnlyKeys(lower);
            assertThat(starts).hasValue(1);
        }
    }

    /** Else the end of one start, whose sandbox may be gone by then, would take it from the other. */
    @Test
    void keepsWhatAStartIsAboutToStandOn() {
        store.kept.put(lower, new SharedLayer(lower, OWNER, List.of()));
        there.nothingStands = true;
        var slow = new CompletableFuture<Unit>();
        try (var theirs = over(there)) {
            there.hold = new CompletableFuture<>();
            var first = theirs.start(FORK, List.of(lower), this::started);
            var second = theirs.start(SandboxId.of(new UUID(0, 2)), List.of(lower), () -> {
                starts.incrementAndGet();
                return slow;
            });
            eventually(() -> Collections.frequency(there.held, lower) == 2);
            there.hold.complete(Unit.DONE);
            join(first);
            eventually(() -> starts.get() == 2);
            // It was let go of, and is all that this one finds here.
            var third = theirs.start(SandboxId.of(new UUID(0, 3)), List.of(lower), () -> slow);
            eventually(() -> Collections.frequency(there.held, lower) == 2);
            assertThat(there.released).contains(lower);
            assertThat(there.layers).containsOnlyKeys(lower);

            slow.completeExceptionally(new HostFailure("the container"));
            assertThatThrownBy(() -> join(second)).hasMessageContaining("the container");
            assertThatThrownBy(() -> join(third)).hasMessageContaining("the container");
            assertThat(there.held).isEmpty();
            assertThat(there.layers).isEmpty();
            assertThat(there.receiving).hasValue(1);
        }
    }

    @Test
    void holdsNothingAfterASearchInVainOrAUseThatFailsAtOnce() {
        try (var theirs = over(there)) {
            assertThatThrownBy(() -> join(theirs.start(FORK, List.of(lower), this::started)))
                    .hasCauseInstanceOf(HostFailure.class);
            assertThat(there.held).isEmpty();
            there.layers.put(lower, List.of());
            assertThatThrownBy(() -> join(theirs.using(List.of(lower), () -> {
                        assertThat(there.held).containsExactly(lower);
                        throw new HostFailure("no room");
                    })))
                    .hasMessageContaining("no room");
            assertThat(there.held).isEmpty();
        }
    }

    /** For instance to pack them for an archive. */
    @Test
    void fetchesLayersAlsoForOtherUsesAndLetsThemGoAfterwards() {
        here.layers.put(lower, List.of());
        here.layers.put(upper, List.of(lower));
        there.nothingStands = true;
        try (var mine = without(here, layer -> List.of());
                var theirs = without(there, peers(mine))) {
            var seen = join(theirs.using(
                    List.of(upper, lower),
                    () -> CompletableFuture.completedFuture(List.copyOf(there.layers.keySet()))));

            assertThat(seen).containsExactly(lower, upper);
            assertThat(there.layers).isEmpty();
            assertThat(there.held).isEmpty();
        }
    }

    @Test
    void aLayerThatIsHereIsNotAskedFor() {
        there.layers.put(lower, List.of());
        store.away = true;
        try (var theirs = over(there)) {
            join(theirs.start(FORK, List.of(lower), this::started));
        }
        assertThat(starts).hasValue(1);
    }

    /** A crash may have kept their sandboxes from coming to be. */
    @Test
    void letsGoOfWhatAnEarlierProcessFetched() {
        there.layers.put(lower, List.of());
        there.received.add(lower);
        over(there).close();
        assertThat(there.released).containsExactly(lower);
    }

    private Layered over(Files files) {
        return Layered.over(files, Optional.of(store), layer -> List.of(), Duration.ofMillis(20));
    }

    /** Of hosts that have no layer store. */
    private static Layered without(Files files, LayerSource peers) {
        return Layered.over(files, Optional.empty(), peers, Duration.ofMillis(20));
    }

    /** As another host finds what these have. */
    private static LayerSource peers(Layered... others) {
        return layer -> Stream.of(others)
                .flatMap(other -> join(other.held(layer)).stream()
                        .map(about -> new LayerSource.Found(
                                about,
                                () -> join(other.packed(layer, Optional.empty()))
                                        .content())))
                .toList();
    }

    private CompletionStage<Unit> started() {
        starts.incrementAndGet();
        return CompletableFuture.completedFuture(Unit.DONE);
    }

    static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    static void eventually(BooleanSupplier condition) {
        var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** A store in memory that can be away. */
    private static final class Shelf implements LayerStore {
        private final Map<CheckpointId, SharedLayer> kept = Collections.synchronizedMap(new LinkedHashMap<>());
        private final AtomicInteger refused = new AtomicInteger();
        private volatile boolean away;

        @Override
        public CompletionStage<Unit> keep(SharedLayer layer, InputStream packed) {
            return asked(() -> {
                assertThat(text(packed)).isEqualTo(layer.layer().toString());
                kept.putIfAbsent(layer.layer(), layer);
                return Unit.DONE;
            });
        }

        @Override
        public CompletionStage<Optional<Kept>> find(CheckpointId layer) {
            return asked(() -> Optional.ofNullable(kept.get(layer)).map(Shelf::kept));
        }

        private static Kept kept(SharedLayer layer) {
            return new Kept() {
                @Override
                public SharedLayer about() {
                    return layer;
                }

                @Override
                public InputStream open() {
                    return packed(layer.layer());
                }
            };
        }

        private <T> CompletionStage<T> asked(java.util.function.Supplier<T> answer) {
            if (away) {
                refused.incrementAndGet();
                return CompletableFuture.failedFuture(new LayerStoreFailure("the layer store is away"));
            }
            return CompletableFuture.supplyAsync(answer);
        }
    }

    /** A host's layers in memory, with what each stands on. */
    static class Files implements LayerOffers {
        final Map<CheckpointId, List<CheckpointId>> layers = Collections.synchronizedMap(new LinkedHashMap<>());
        private final Set<CheckpointId> offered = Collections.synchronizedSet(new LinkedHashSet<>());
        private final Set<CheckpointId> shared = ConcurrentHashMap.newKeySet();
        private final List<CheckpointId> received = Collections.synchronizedList(new ArrayList<>());
        private final List<CheckpointId> released = Collections.synchronizedList(new ArrayList<>());
        private final Map<CheckpointId, SandboxId> lent = new ConcurrentHashMap<>();
        private final AtomicInteger receiving = new AtomicInteger();
        private volatile CompletableFuture<Unit> hold = CompletableFuture.completedFuture(Unit.DONE);
        final List<CheckpointId> packed = Collections.synchronizedList(new ArrayList<>());
        private volatile boolean refusing;

        /** Until when packing takes. */
        volatile CompletableFuture<Unit> packing = CompletableFuture.completedFuture(Unit.DONE);

        /** Packs of another edition are other bytes. */
        volatile int edition = 1;

        /** Packs that are gone. */
        final List<CheckpointId> closed = Collections.synchronizedList(new ArrayList<>());

        final List<CheckpointId> held = Collections.synchronizedList(new ArrayList<>());

        /** Whether no sandbox stands on any: then what is let go goes, unless it is held. */
        private volatile boolean nothingStands;

        /** The layer that cannot be packed. */
        volatile Optional<CheckpointId> broken = Optional.empty();

        @Override
        public boolean has(CheckpointId layer) {
            return layers.containsKey(layer);
        }

        @Override
        public Optional<HeldLayer> held(CheckpointId layer) {
            return Optional.ofNullable(layers.get(layer)).map(below -> new HeldLayer(layer, Optional.empty(), below));
        }

        @Override
        public void offer(CheckpointId layer, OrganizationId owner) {
            offered.addAll(layers.getOrDefault(layer, List.of()));
            offered.add(layer);
        }

        @Override
        public void offerAway(CheckpointId layer, OrganizationId owner) {
            offer(layer, owner);
        }

        @Override
        public void lend(CheckpointId layer, SandboxId sandbox) {
            lent.put(layer, sandbox);
        }

        @Override
        public Map<CheckpointId, SandboxId> lent() {
            return Map.copyOf(lent);
        }

        @Override
        public Set<CheckpointId> present() {
            return Set.copyOf(layers.keySet());
        }

        @Override
        public List<SharedLayer> unshared() {
            return List.copyOf(offered).stream()
                    .filter(layer -> !shared.contains(layer))
                    .map(this::about)
                    .toList();
        }

        @Override
        public SharedLayer about(CheckpointId layer) {
            return new SharedLayer(layer, OWNER, layers.getOrDefault(layer, List.of()));
        }

        @Override
        public void markShared(CheckpointId layer) {
            shared.add(layer);
        }

        @Override
        public CompletionStage<PackedLayer> pack(CheckpointId layer) {
            packed.add(layer);
            return packing.thenCompose(done -> broken.equals(Optional.of(layer))
                    ? CompletableFuture.failedFuture(new UncheckedIOException(new IOException("a file is damaged")))
                    : CompletableFuture.completedFuture(new Packed(layer)));
        }

        /** Its name, packed. */
        private final class Packed implements PackedLayer {
            private final CheckpointId layer;
            private volatile boolean gone;

            Packed(CheckpointId layer) {
                this.layer = layer;
            }

            @Override
            public String digest() {
                return "digest of " + layer + edition;
            }

            @Override
            public long size() {
                return layer.toString().length();
            }

            @Override
            public InputStream from(long from) {
                assertThat(gone).isFalse();
                return new ByteArrayInputStream(
                        layer.toString().substring((int) from).getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public void close() {
                gone = true;
                closed.add(layer);
            }
        }

        @Override
        public CompletionStage<Outcome<Unpacked>> receive(HeldLayer layer, InputStream packed) {
            receiving.incrementAndGet();
            return hold.thenApply(done -> {
                assertThat(text(packed)).isEqualTo(layer.layer().toString());
                assertThat(layers.keySet()).containsAll(layer.below());
                if (refusing) {
                    return Outcome.refused(new ArchiveRefusal.Damaged("a layer has another digest"));
                }
                layers.put(layer.layer(), layer.below());
                return Outcome.done(new Unpacked(1, Defaults.NONE));
            });
        }

        @Override
        public List<CheckpointId> received() {
            return received;
        }

        @Override
        public void release(CheckpointId layer) {
            released.add(layer);
            lent.remove(layer);
            sweep();
        }

        @Override
        public Runnable hold(Collection<CheckpointId> wanted) {
            held.addAll(wanted);
            return () -> {
                wanted.forEach(held::remove);
                sweep();
            };
        }

        private void sweep() {
            if (nothingStands) {
                layers.keySet().removeIf(layer -> released.contains(layer) && !held.contains(layer));
            }
        }
    }

    private static InputStream packed(CheckpointId layer) {
        return new ByteArrayInputStream(layer.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String text(InputStream packed) {
        try (packed) {
            return new String(packed.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
