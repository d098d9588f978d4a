package dev.sealbox.persistence.ledger;

import static dev.sealbox.persistence.ledger.Uses.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.ledger.UseRecord;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RefusalCountsTest {
    private static final String ONE = "sb-0000000000000001";
    private static final String OTHER = "sb-0000000000000002";
    private static final String RULE = "egress.host-not-allowed";

    private final RefusalCounts counts = new RefusalCounts(Duration.ofNanos(100));

    private long kept(String sandbox, int from, int until) {
        return IntStream.range(from, until)
                .filter(i -> counts.isFirst(refusal(sandbox, RULE, "evil.example", i), 0, true))
                .count();
    }

    @Test
    void keepsTheFirstAndCountsThoseThatFollowWithinTheWindow() {
        assertThat(kept(ONE, 0, 1000)).isEqualTo(1);

        assertThat(counts.due(99)).isEmpty();
        var sum = counts.due(100);
        assertThat(sum).singleElement().satisfies(each -> {
            assertThat(each.count()).isEqualTo(999);
            assertThat(each.asked().path()).isEqualTo("/1");
            assertThat(each.effect().received()).isEqualTo(999 * 5);
            assertThat(each.effect().took()).isEqualTo(Duration.ofMillis(998));
        });
    }

    @Test
    void beginsAnewAfterAQuietWindow() {
        kept(ONE, 0, 2);
        counts.due(100);
        assertThat(counts.due(200)).isEmpty();

        assertThat(kept(ONE, 2, 4)).isEqualTo(1);
    }

    @Test
    void countsSandboxesApart() {
        kept(ONE, 0, 10);

        assertThat(kept(OTHER, 0, 10)).isEqualTo(1);
        assertThat(counts.rest()).extracting(UseRecord::count).containsExactly(9L, 9L);
        assertThat(counts.rest()).isEmpty();
    }

    @Test
    void isNotFloodedByRefusalsThatAreAllDifferent() {
        var kept = IntStream.range(0, 100_000)
                .filter(i -> counts.isFirst(refusal(ONE, RULE, "h" + i + ".example", i), 0, true))
                .count();

        assertThat(kept).isLessThan(70);
        assertThat(counts.rest()).singleElement().satisfies(each -> {
            assertThat(each.count()).isEqualTo(100_000 - kept);
            assertThat(each.asked().host()).isEmpty();
            assertThat(each.rule()).isEqualTo(RULE);
        });
    }

    @Test
    void countsAlsoTheFirstWhileNothingMayBeKept() {
        assertThat(counts.isFirst(refusal(ONE, RULE, "h", 0), 0, false)).isFalse();

        assertThat(counts.rest()).extracting(UseRecord::count).containsExactly(1L);
    }
}
