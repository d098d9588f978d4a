package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.store.StorePage;
import dev.sealbox.domain.store.StoreSummary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An organisation with ten thousand stores, listed page by page. */
class ManyStoresIT {
    private static final int STORES = 10_000;
    private static final int PAGE = 100;
    private static final int AT_A_TIME = 64;
    private static final String MANY = "sealbox.persistence.max-stores = 10001, akka.actor.serialize-messages = off";

    @TempDir
    private Path folder;

    @Test
    void listsTenThousandStoresPageByPage() throws InterruptedException {
        var settings = TestDatabase.fresh();
        var master = folder.resolve("master.json");
        try (var node = TestNode.start(settings, master, new RememberedHosts(), MANY)) {
            createAll(node);
            var late = new StoreName("store-00500-late");
            done(node.persistence.stores().create(RestartIT.ORIGIN, late, List.of()));

            assertThat(names(page(node, Optional.of(new StoreName("store-00500")), 2)))
                    .containsExactly("store-00500-late", "store-00501");
        }
        // Nothing is in memory at first: the worst case of a page.
        try (var node = TestNode.start(settings, master, new RememberedHosts(), MANY)) {
            var took = new ArrayList<Duration>();
            var seen = new ArrayList<String>();
            var after = Optional.<StoreName>empty();
            do {
                var start = System.nanoTime();
                var page = page(node, after, PAGE);
                took.add(Duration.ofNanos(System.nanoTime() - start));
                seen.addAll(names(page));
                after = page.next();
            } while (after.isPresent());

            assertThat(seen).hasSize(STORES + 1).isSorted().doesNotHaveDuplicates();
            System.out.printf(
                    "a page of %d of %d stores: the first %d ms, the median %d ms, the slowest %d ms%n",
                    PAGE,
                    STORES,
                    took.getFirst().toMillis(),
                    took.stream().sorted().toList().get(took.size() / 2).toMillis(),
                    took.stream().max(Duration::compareTo).orElseThrow().toMillis());
            assertThat(took.getFirst()).isLessThan(Duration.ofSeconds(20));
            assertThat(told(node.persistence.stores().list(RestartIT.ORIGIN))).hasSize(STORES + 1);
        }
    }

    private static void createAll(TestNode node) throws InterruptedException {
        var permits = new Semaphore(AT_A_TIME);
        var created = new AtomicInteger();
        for (var number : IntStream.range(0, STORES).toArray()) {
            permits.acquire();
            node.persistence
                    .stores()
                    .create(RestartIT.ORIGIN, new StoreName("store-%05d".formatted(number)), List.of())
                    .whenComplete((outcome, failure) -> {
                        if (outcome instanceof Outcome.Done<StoreSummary>) {
                            created.incrementAndGet();
                        }
                        permits.release();
                    });
        }
        permits.acquire(AT_A_TIME);
        assertThat(created).hasValue(STORES);
    }

    private static StorePage page(TestNode node, Optional<StoreName> after, int limit) {
        return told(node.persistence.stores().page(RestartIT.ORIGIN, after, limit));
    }

    private static List<String> names(StorePage page) {
        return page.stores().stream().map(store -> store.name().value()).toList();
    }
}
