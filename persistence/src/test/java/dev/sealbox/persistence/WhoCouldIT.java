package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.audit.AuditAnswers;
import dev.sealbox.domain.audit.AuditAnswers.Question;
import dev.sealbox.domain.audit.AuditAnswers.WhoCould;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.persistence.answers.LoggedAnswers;
import dev.sealbox.persistence.projection.Fact;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who could, by the journal, the projections that follow it and the tables of a real database. */
class WhoCouldIT {
    private static final Origin ORIGIN = new Origin(new OrganizationId("acme"), "key-1", "127.0.0.1", "request-1");

    @TempDir
    private Path folder;

    private TestNode node;
    private AuditAnswers answers;

    @BeforeEach
    void start() {
        node = TestNode.start(TestDatabase.fresh(), folder.resolve("master.json"), new RememberedHosts(), "");
        answers = node.persistence.answers();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void agreesWithAReplayOfEverything() {
        var seed = Long.getLong("sealbox.who-could.seed", System.nanoTime());
        System.out.println("who-could: -Dsealbox.who-could.seed=" + seed);
        var history = new GeneratedHistory(seed, WhoCouldTest.EVENTS);
        Journals.write(node.database, history.facts);
        var replay = new BruteForce(history.facts);
        awaitIndex(history.end());

        var findings = 0;
        for (var asked : WhoCouldTest.questions(seed, history, 200)) {
            var expected = replay.answer(asked.scope(), asked.question());
            var answer = told(answers.whoCould(asked.scope(), asked.question()));
            assertThat(lines(answer)).as("seed %s: %s", seed, asked).isEqualTo(expected);
            assertThat(answer.complete()).isTrue();
            assertThat(paged(asked)).as("pages, seed %s: %s", seed, asked).isEqualTo(expected);
            findings += expected.size();
        }
        assertThat(findings).isGreaterThan(100);
    }

    private void awaitIndex(Instant at) {
        var question =
                new Question(GeneratedHistory.NAMES.getFirst(), HostName.parse("a.test"), at, 1, Optional.empty());
        Told.eventually(
                "the index has the history",
                () -> told(answers.whoCould(Scope.EVERYTHING, question)).complete());
    }

    private static Set<String> lines(WhoCould answer) {
        return answer.findings().stream().map(BruteForce::line).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The same in pages of three. */
    private Set<String> paged(WhoCouldTest.Asked asked) {
        var lines = new TreeSet<String>();
        var question = asked.question();
        var after = Optional.<SandboxId>empty();
        do {
            var page = told(answers.whoCould(
                    asked.scope(), new Question(question.name(), question.host(), question.at(), 3, after)));
            assertThat(page.findings()).hasSizeLessThanOrEqualTo(3);
            lines.addAll(lines(page));
            after = page.next();
        } while (after.isPresent());
        return lines;
    }

    @Test
    void saysHowFarItCanTellWhenTheIndexIsBehind() throws SQLException {
        var before = Instant.now().truncatedTo(ChronoUnit.MILLIS).minusSeconds(60);
        try (var open = node.database.connection()) {
            open.setAutoCommit(false);
            // Read models must wait for whoever holds a lower number, and so do answers about what came after.
            Journals.write(open, List.of(created("0f0f0f0f-0000-4000-8000-000000000001", Instant.now())));
            Told.done(node.persistence.stores().create(ORIGIN, new StoreName("later"), List.of()));

            var earlier = ask(before);
            assertThat(earlier.complete()).isTrue();
            var asked = Instant.now();
            var behind = ask(asked);
            assertThat(behind.complete()).isFalse();
            assertThat(behind.upTo()).isBefore(asked).isAfter(before);
            assertThat(Duration.between(asked, Instant.now())).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            open.commit();
            open.setAutoCommit(true);
        }
        Told.eventually("the index has caught up", () -> ask(Instant.now()).complete());
    }

    @Test
    void waitsNoLongerForAClockThatStandsStill() {
        var stopped = Clock.fixed(Instant.now().truncatedTo(ChronoUnit.MILLIS), ZoneOffset.UTC);
        var asked = stopped.instant().plusSeconds(1);

        var answer = told(new LoggedAnswers(node.system, node.database, stopped)
                .whoCould(Scope.of(ORIGIN.organization()), question(asked)));

        assertThat(answer.complete()).isFalse();
    }

    @Test
    void doesNotClaimToKnowTheFuture() {
        var asked = Instant.now().plus(Duration.ofDays(1));

        var answer = ask(asked);

        assertThat(answer.complete()).isFalse();
        assertThat(answer.upTo()).isBefore(asked);
        assertThat(Duration.between(Instant.now(), asked)).isGreaterThan(Duration.ofHours(23));
    }

    private WhoCould ask(Instant at) {
        return told(answers.whoCould(Scope.of(ORIGIN.organization()), question(at)));
    }

    private static Question question(Instant at) {
        return new Question(GeneratedHistory.NAMES.getFirst(), HostName.parse("a.test"), at, 10, Optional.empty());
    }

    private static Fact created(String store, Instant at) {
        var event = new StoreEvent.StoreCreated(new StoreName("open"), new ArrayList<>());
        return new Fact(0, "secret-store|" + store, 1, new Recorded<>(event, ORIGIN, at));
    }
}
