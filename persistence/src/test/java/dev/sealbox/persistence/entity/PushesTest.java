package dev.sealbox.persistence.entity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.StoreView;
import dev.sealbox.persistence.entity.Acknowledged.Answer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class PushesTest {
    private static final SandboxId A = new SandboxId("sb-000000000000000a");
    private static final SandboxId B = new SandboxId("sb-000000000000000b");

    private record Sent(SandboxId sandbox, long revision) {}

    private final List<Sent> sent = new ArrayList<>();
    private final Pushes pushes = new Pushes((sandbox, view) -> sent.add(new Sent(sandbox, view.revision())));

    private static StoreView at(long revision) {
        return new StoreView(new StoreId(new UUID(1, 1)), new StoreName("creds"), revision, false, List.of(), Map.of());
    }

    private long begin(long revision, SandboxId... sandboxes) {
        return pushes.begin(at(revision), Set.of(sandboxes), Set.of(), Optional.empty());
    }

    private List<Refreshed> answer(SandboxId sandbox, long revision, Answer answer, long now) {
        return pushes.answered(sandbox, revision, answer, at(now)).stream()
                .map(Pushes.Round::refreshed)
                .toList();
    }

    @Test
    void areOverWhenEverySandboxHasAnswered() {
        begin(1, A, B);

        assertThat(answer(A, 1, Answer.TAKEN, 1)).isEmpty();
        assertThat(answer(B, 1, Answer.LATER, 1)).containsExactly(new Refreshed(1, List.of(B)));
        assertThat(pushes.behind()).containsExactly(B);
    }

    @Test
    void tellTheLatestOfManyChangesAndNeverMoreThanTwoAtATime() {
        for (int revision = 1; revision <= 100; revision++) {
            begin(revision, A);
        }
        assertThat(sent).containsExactly(new Sent(A, 1), new Sent(A, 2));

        assertThat(answer(A, 1, Answer.TAKEN, 100)).hasSize(1);
        assertThat(sent).hasSize(3).endsWith(new Sent(A, 100));
        assertThat(answer(A, 100, Answer.TAKEN, 100)).hasSize(99);
        assertThat(answer(A, 2, Answer.TAKEN, 100)).isEmpty();
        assertThat(sent).hasSize(3);
    }

    @Test
    void waitForTheNewerWhenAnOlderOneFails() {
        begin(1, A);
        begin(2, A);

        assertThat(answer(A, 1, Answer.LATER, 2)).isEmpty();
        assertThat(answer(A, 2, Answer.TAKEN, 2))
                .containsExactly(new Refreshed(1, List.of()), new Refreshed(1, List.of()));
        assertThat(pushes.behind()).isEmpty();
    }

    @Test
    void nameWhoHasNotAnsweredInTime() {
        var round = begin(1, A, B);
        answer(B, 1, Answer.TAKEN, 1);

        assertThat(pushes.due(round)).extracting(Pushes.Round::refreshed).containsExactly(new Refreshed(1, List.of(A)));
        assertThat(pushes.due(round)).isEmpty();
        assertThat(pushes.behind()).containsExactly(A);
        assertThat(answer(A, 1, Answer.TAKEN, 1)).isEmpty();
        assertThat(pushes.behind()).isEmpty();
    }

    @Test
    void overtakeAnAnswerThatHangs() {
        begin(1, A);
        begin(2, A);

        assertThat(sent).containsExactly(new Sent(A, 1), new Sent(A, 2));
        assertThat(answer(A, 2, Answer.TAKEN, 2)).hasSize(2);
    }

    @Test
    void tellWhoLaggedAgain() {
        begin(1, A);
        answer(A, 1, Answer.LATER, 1);

        begin(1, A);

        assertThat(sent).containsExactly(new Sent(A, 1), new Sent(A, 1));
    }

    @Test
    void forgetStrangers() {
        begin(1, A, B);
        answer(A, 1, Answer.NOT_MINE, 1);

        assertThat(answer(B, 1, Answer.TAKEN, 1)).containsExactly(new Refreshed(1, List.of()));
        assertThat(pushes.strangers()).containsExactly(A);
        assertThat(pushes.strangers()).isEmpty();
    }

    /** Random orders of changes, answers and failures: every round ends, and the last change reaches everybody. */
    @RepeatedTest(200)
    void loseNothing(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        var underWay = new ArrayList<Sent>();
        var own = new Pushes((sandbox, view) -> underWay.add(new Sent(sandbox, view.revision())));
        var knows = new java.util.HashMap<SandboxId, Long>();
        long revision = 0;
        int open = 0;
        for (int step = 0; step < 300 || !underWay.isEmpty(); step++) {
            if (step < 300 && random.nextBoolean()) {
                revision++;
                open++;
                own.begin(at(revision), Set.of(A, B), Set.of(), Optional.empty());
            } else if (!underWay.isEmpty()) {
                var next = underWay.remove(random.nextInt(underWay.size()));
                var taken = random.nextInt(4) > 0;
                if (taken) {
                    knows.merge(next.sandbox(), next.revision(), Math::max);
                }
                open -= own.answered(next.sandbox(), next.revision(), taken ? Answer.TAKEN : Answer.LATER, at(revision))
                        .size();
            }
            assertThat(underWay.stream()
                            .filter(each -> each.sandbox().equals(A))
                            .count())
                    .isLessThanOrEqualTo(Pushes.UNDER_WAY);
        }
        assertThat(open).isZero();
        var last = revision;
        var current = new HashSet<SandboxId>();
        knows.forEach((sandbox, known) -> {
            if (known == last) {
                current.add(sandbox);
            }
        });
        current.addAll(own.behind());
        assertThat(current).containsExactlyInAnyOrder(A, B);
    }
}
