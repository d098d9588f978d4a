package dev.sealbox.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadBacksTest {
    private final AtomicLong clock = new AtomicLong(42);
    private final ReadBacks readBacks = new ReadBacks(clock::get);

    @Test
    void tellsOnceThatThereAreMany() {
        assertThat(readBacks.note(3)).isFalse();
        assertThat(readBacks.note(3)).isFalse();
        assertThat(readBacks.areMany(3)).isFalse();
        assertThat(readBacks.note(3)).isTrue();
        assertThat(readBacks.note(3)).isFalse();
        assertThat(readBacks.areMany(3)).isTrue();
    }

    @Test
    void beginsAnewAfterAMinute() {
        readBacks.note(1);
        clock.addAndGet(Duration.ofMinutes(1).toNanos());

        assertThat(readBacks.areMany(1)).isFalse();
        assertThat(readBacks.note(1)).isTrue();
    }
}
