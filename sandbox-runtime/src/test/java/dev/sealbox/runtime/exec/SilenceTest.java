package dev.sealbox.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.identity.SandboxId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SilenceTest {
    private static final SandboxId ONE = new SandboxId("sb-0123456789abcdef");
    private static final SandboxId OTHER = new SandboxId("sb-fedcba9876543210");
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Silence silence = new Silence();

    private static boolean entered(Agent.Door door, boolean waiting) {
        try {
            return door.enter(waiting);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void letsWhoComesMeanwhileWait() {
        var door = silence.door(ONE);
        var begun = new CountDownLatch(1);
        var late = new CompletableFuture<Boolean>();
        var before = silence.silences(ONE);

        var done = silence.during(ONE, LONG, () -> true, () -> {
            assertThat(entered(door, false)).isFalse();
            assertThat(entered(silence.door(OTHER), true)).isTrue();
            Thread.ofVirtual().start(() -> {
                begun.countDown();
                late.complete(entered(door, true));
            });
            await(begun);
            assertThat(late).isNotDone();
            assertThat(silence.silences(ONE)).isNotEqualTo(before).isOdd();
            return "saved";
        });

        assertThat(done).contains("saved");
        assertThat(late).succeedsWithin(LONG).isEqualTo(true);
        assertThat(silence.silences(ONE)).isNotEqualTo(before).isEven();
    }

    @Test
    void waitsForWhatIsBeingSaid() {
        var door = silence.door(ONE);
        assertThat(entered(door, true)).isTrue();
        var looked = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            while (silence.silences(ONE) % 2 == 0) {
                Thread.onSpinWait();
            }
            looked.countDown();
            door.leave();
        });

        assertThat(silence.during(ONE, LONG, () -> looked.getCount() == 0, () -> "saved"))
                .contains("saved");
    }

    @Test
    void givesUpOnWhoDoesNotStop() {
        var door = silence.door(ONE);
        assertThat(entered(door, true)).isTrue();

        assertThat(silence.during(ONE, Duration.ofMillis(5), () -> true, () -> "saved"))
                .isEmpty();
        assertThat(entered(door, false)).isTrue();
        door.leave();
        door.leave();
        assertThat(silence.during(ONE, Duration.ofMillis(5), () -> false, () -> "saved"))
                .isEmpty();
        assertThat(silence.during(ONE, Duration.ZERO, () -> true, () -> "saved"))
                .contains("saved");
    }

    @Test
    void endsWithAFailure() {
        assertThatThrownBy(() -> silence.during(ONE, LONG, () -> true, () -> {
                    throw new IllegalStateException("failed");
                }))
                .hasMessage("failed");
        assertThat(entered(silence.door(ONE), false)).isTrue();
    }
}
