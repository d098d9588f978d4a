package dev.sealbox.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.audit.AuditAnswers.Question;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.egress.HostName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The index behind who could says what a replay of everything says, about random histories. The seed is the test's name;
 * {@code -Dsealbox.who-could.seed=N} has only that one tried.
 */
class WhoCouldTest {
    static final int EVENTS = 5_000;
    private static final int QUESTIONS = 150;

    static LongStream seeds() {
        var one = Long.getLong("sealbox.who-could.seed");
        return one == null ? LongStream.range(0, 3) : LongStream.of(one);
    }

    record Asked(Scope scope, Question question) {}

    /** Random questions, about moments of events, just before and after them, and in between. */
    static List<Asked> questions(long seed, GeneratedHistory history, int count) {
        var random = new Random(seed);
        var asked = new ArrayList<Asked>();
        for (var i = 0; i < count; i++) {
            var about = history.facts.get(random.nextInt(history.facts.size()));
            var question = new Question(
                    GeneratedHistory.NAMES.get(random.nextInt(GeneratedHistory.NAMES.size())),
                    HostName.parse(GeneratedHistory.HOSTS.get(random.nextInt(GeneratedHistory.HOSTS.size()))),
                    about.recorded().at().plusMillis(random.nextInt(3) - 1),
                    1_000,
                    Optional.empty());
            asked.add(new Asked(
                    random.nextInt(3) == 0
                            ? Scope.EVERYTHING
                            : Scope.of(GeneratedHistory.ORGANIZATIONS.get(random.nextInt(2))),
                    question));
        }
        return asked;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theIndexAgreesWithAReplayOfEverything(long seed) {
        var history = new GeneratedHistory(seed, EVENTS);
        var index = new MemoryIndex(history.facts);
        var replay = new BruteForce(history.facts);
        var lines = new ArrayList<String>();

        for (var asked : questions(seed, history, QUESTIONS)) {
            var expected = replay.answer(asked.scope(), asked.question());
            assertThat(index.answer(asked.scope(), asked.question()))
                    .as("seed %s: %s", seed, asked)
                    .isEqualTo(expected);
            lines.addAll(expected);
        }

        // The histories must hold what is hard about them.
        assertThat(lines).hasSizeGreaterThan(100);
        assertThat(lines).anyMatch(line -> line.contains(" kept "));
        assertThat(lines).anyMatch(line -> line.contains(" INHERITED "));
        assertThat(lines).anyMatch(line -> line.contains(" stopping "));
        assertThat(lines).anyMatch(line -> line.matches(".*@sb-\\S+, .*@sb-\\S+]"));
    }
}
