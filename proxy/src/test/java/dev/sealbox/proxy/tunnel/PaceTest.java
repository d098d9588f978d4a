package dev.sealbox.proxy.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Pace pace = new Pace(64, Duration.ofSeconds(30), 0);

    @Test
    void isTakenOnTheAverageOfTheSpan() {
        assertThat(pace.isTooSlow(29 * SECOND, 0, false)).isFalse();
        assertThat(pace.isTooSlow(30 * SECOND, 30 * 64, false)).isFalse();
        assertThat(pace.isTooSlow(59 * SECOND, 30 * 64, false)).isFalse();
        assertThat(pace.isTooSlow(60 * SECOND, 60 * 64 - 1, false)).isTrue();
    }

    @Test
    void doesNotCountWhileTheUpstreamHoldsTheClientBack() {
        assertThat(pace.isTooSlow(29 * SECOND, 0, true)).isFalse();
        assertThat(pace.isTooSlow(58 * SECOND, 0, false)).isFalse();
        assertThat(pace.isTooSlow(59 * SECOND, 0, false)).isTrue();
    }
}
