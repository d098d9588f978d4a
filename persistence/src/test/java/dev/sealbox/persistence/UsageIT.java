package dev.sealbox.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.usage.UsageQuery;
import dev.sealbox.domain.usage.UsageReports;
import dev.sealbox.domain.usage.UsageSlice;
import dev.sealbox.domain.usage.UsageWindow;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.projection.Fact;
import dev.sealbox.persistence.usage.DatabaseUsage;
import dev.sealbox.persistence.usage.SandboxCards;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Usage of several sandboxes of two organisations, in a real database. */
class UsageIT {
    private static final OrganizationId ACME = new OrganizationId("acme");
    private static final OrganizationId OTHER = new OrganizationId("other");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final UsageWindow DAY = new UsageWindow(NOON, NOON.plus(Duration.ofDays(1)));
    private static final SandboxId BLUE = id(1);
    private static final SandboxId ALSO_BLUE = id(2);
    private static final SandboxId RED = id(3);
    private static final SandboxId PLAIN = id(4);
    private static final SandboxId FOREIGN = id(5);

    private static Database database;
    private static DatabaseUsage usage;

    private static SandboxId id(int number) {
        return new SandboxId("sb-%016x".formatted(number));
    }

    @BeforeAll
    static void open() throws SQLException {
        database = Database.open(TestDatabase.fresh());
        usage = new DatabaseUsage(database);
        card(ACME, BLUE, Map.of("team", "blue", "env", "test"));
        card(ACME, ALSO_BLUE, Map.of("team", "blue"));
        card(ACME, RED, Map.of("team", "red"));
        card(ACME, PLAIN, Map.of());
        card(OTHER, FOREIGN, Map.of("team", "blue"));
        get(usage.add(List.of(
                slice(ACME, BLUE, NOON, 1, 0),
                slice(ACME, BLUE, NOON.plus(UsageSlice.LENGTH), 1, 0),
                slice(ACME, ALSO_BLUE, NOON, 3, 0),
                slice(ACME, RED, NOON, 4, 7),
                slice(ACME, PLAIN, NOON, 1, 0),
                slice(OTHER, FOREIGN, NOON, 100, 0))));
        get(usage.add(List.of(slice(ACME, PLAIN, NOON, 0.5, 0))));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static void card(OrganizationId organization, SandboxId sandbox, Map<String, String> tags)
            throws SQLException {
        var plan =
                new Blueprint("base", Optional.empty(), List.of(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
        var events = List.of(
                new SandboxEvent.SandboxCreated(plan),
                new SandboxEvent.SandboxStarted(),
                new SandboxEvent.TagsReplaced(tags),
                new SandboxEvent.StopRequested());
        var facts = IntStream.range(0, events.size())
                .mapToObj(i -> new Fact(
                        i,
                        "Sandbox|" + sandbox,
                        i + 1,
                        new Recorded<>(events.get(i), Origin.system(organization), NOON)))
                .toList();
        try (var connection = database.connection()) {
            new SandboxCards().take(connection, facts);
        }
    }

    private static UsageSlice slice(
            OrganizationId organization, SandboxId sandbox, Instant since, double gib, double disk) {
        return new UsageSlice(organization, sandbox, since, 1, gib * 1024, gib * 512, 1024, 500, disk * 1024);
    }

    private static UsageQuery query(Map<String, Set<String>> tags, int limit, int skip) {
        return new UsageQuery(DAY, tags, false, limit, skip);
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(60, java.util.concurrent.TimeUnit.SECONDS)
                .join();
    }

    @Test
    void reportsEachSandboxOfTheOrganisationTheMostFirst() {
        var page = get(usage.bySandbox(ACME, query(Map.of(), 50, 0)));

        assertThat(page.items())
                .extracting(UsageReports.OfSandbox::sandbox)
                .containsExactly(RED, ALSO_BLUE, BLUE, PLAIN);
        assertThat(page.items()).extracting(item -> item.amount().memory()).containsExactly(4.0, 3.0, 2.0, 1.5);
        assertThat(page.items()).extracting(UsageReports.OfSandbox::status).containsOnly("stopped");
        assertThat(page.items().get(2).tags()).isEqualTo(Map.of("team", "blue", "env", "test"));
        assertThat(page.items().get(2).tagsUpdatedAt()).contains(NOON);
        assertThat(page.total()).isEqualTo(new UsageReports.Amount(10.5, 7));
        assertThat(page.complete()).isTrue();
    }

    @Test
    void pagesAndFilters() {
        var first = get(usage.bySandbox(ACME, query(Map.of(), 3, 0)));
        var second = get(usage.bySandbox(ACME, query(Map.of(), 3, 3)));
        var blue = get(usage.bySandbox(ACME, query(Map.of("team", Set.of("blue", "green")), 50, 0)));
        var both = get(usage.bySandbox(ACME, query(Map.of("team", Set.of("blue"), "env", Set.of("test")), 50, 0)));

        assertThat(first.complete()).isFalse();
        assertThat(first.total().memory()).isEqualTo(10.5);
        assertThat(second.items()).extracting(UsageReports.OfSandbox::sandbox).containsExactly(PLAIN);
        assertThat(second.complete()).isTrue();
        assertThat(blue.items()).extracting(UsageReports.OfSandbox::sandbox).containsExactly(ALSO_BLUE, BLUE);
        assertThat(blue.total().memory()).isEqualTo(5);
        assertThat(both.items()).extracting(UsageReports.OfSandbox::sandbox).containsExactly(BLUE);
    }

    @Test
    void reportsByTheValuesOfATag() {
        var report = get(usage.byTag(ACME, "team", query(Map.of(), 50, 0)));

        assertThat(report.page().items())
                .containsExactly(
                        new UsageReports.OfValue("blue", 2, new UsageReports.Amount(5, 0)),
                        new UsageReports.OfValue("red", 1, new UsageReports.Amount(4, 7)));
        assertThat(report.untaggedSandboxes()).isEqualTo(1);
        assertThat(report.untagged().memory()).isEqualTo(1.5);
        assertThat(report.page().total().memory()).isEqualTo(10.5);
    }

    @Test
    void reportsOneSandboxWithinAWindow() {
        var both = get(usage.ofSandbox(ACME, BLUE, DAY));
        var later = get(usage.ofSandbox(
                ACME, BLUE, new UsageWindow(NOON.plus(UsageSlice.LENGTH), NOON.plus(Duration.ofHours(1)))));

        assertThat(both).extracting(UsageSlice::since).containsExactly(NOON, NOON.plus(UsageSlice.LENGTH));
        assertThat(later).hasSize(1);
        assertThat(get(usage.ofSandbox(OTHER, BLUE, DAY))).isEmpty();
    }

    @Test
    void tellsTheKeysOfTags() {
        assertThat(get(usage.tagKeys(ACME)))
                .containsExactly(new UsageReports.TagKey("env", 1, 1), new UsageReports.TagKey("team", 3, 2));
        assertThat(get(usage.tagKeys(new OrganizationId("nobody")))).isEmpty();
    }
}
