package dev.sealbox.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SteadyTimeTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final AtomicReference<Instant> wall = new AtomicReference<>(NOON);
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final SteadyTime time = new SteadyTime(wall::get, nanos::get);

    @Test
    void passesAsTimeDoes() {
        nanos.addAndGet(Duration.ofSeconds(3).toNanos());

        assertThat(time.instant()).isEqualTo(NOON.plusSeconds(3));
    }

    @Test
    void takesNoNoticeOfAWallClockThatIsSet() {
        wall.set(NOON.plus(Duration.ofHours(1)));
        assertThat(time.instant()).isEqualTo(NOON);

        wall.set(NOON.minus(Duration.ofMinutes(10)));
        assertThat(time.instant()).isEqualTo(NOON);
    }
}
