package dev.sealbox.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.SessionFrame;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdleClocksTest {
    private static final SandboxId ONE = new SandboxId("sb-0000000000000001");
    private static final SandboxId TWO = new SandboxId("sb-0000000000000002");

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final IdleClocks clocks = new IdleClocks(now::get);

    private void begin(SandboxId sandbox, int timeoutSeconds) {
        clocks.began(sandbox, timeoutSeconds, now.get());
    }

    private void pass(long seconds) {
        now.addAndGet(1000 * seconds);
    }

    @Test
    void strikeWhenNothingHappensForTheTimeout() {
        begin(ONE, 10);
        begin(TWO, 0);
        pass(9);
        assertThat(clocks.due()).isEmpty();
        pass(1);

        assertThat(clocks.due()).containsExactly(new IdleClocks.Idle(ONE, 10));
        assertThat(clocks.due()).as("it is asked about once").isEmpty();
    }

    @Test
    void rollWithEachUseFromItsBeginToItsEnd() {
        begin(ONE, 10);
        pass(9);
        assertThat(clocks.enter(ONE)).isTrue();
        pass(100);
        assertThat(clocks.due()).as("it is in use").isEmpty();
        clocks.leave(ONE);
        pass(9);
        assertThat(clocks.due()).isEmpty();
        pass(1);
        assertThat(clocks.due()).hasSize(1);
    }

    @Test
    void rollWithWhatGoesToAnAttachedClientOrComesFromIt() {
        begin(ONE, 10);
        var frame = new CompletableFuture<Optional<SessionFrame>>();
        try (var attached = new UsedAttachment(new Held(frame), () -> clocks.touch(ONE))) {
            var output = attached.next().toCompletableFuture();
            pass(9);
            assertThat(attached.send(new byte[1])).isCompleted();
            pass(9);
            assertThat(clocks.due()).isEmpty();
            assertThat(output).isNotDone();
            frame.complete(Optional.empty());
            assertThat(output).isCompleted();
            pass(9);
            assertThat(clocks.due()).isEmpty();
            pass(1);
            assertThat(clocks.due()).as("being attached alone is no use").hasSize(1);
        }
        clocks.forget(ONE);
        clocks.touch(ONE);
        assertThat(clocks.lastUses()).isEmpty();
    }

    @Test
    void letNothingBeginOnWhatRestsUntilItGoesOn() {
        begin(ONE, 10);
        pass(10);
        assertThat(clocks.due()).hasSize(1);
        assertThat(clocks.enter(ONE)).isFalse();

        clocks.goOn(ONE, 5000);

        assertThat(clocks.due()).as("it is not asked about again at once").isEmpty();
        pass(5);
        assertThat(clocks.due()).hasSize(1);
        begin(ONE, 10);
        assertThat(clocks.enter(ONE)).isTrue();
    }

    @Test
    void restartWithANewTimeoutAndNotWithOneThatIsOnlyToldAgain() {
        begin(ONE, 10);
        pass(8);
        clocks.change(ONE, 10, false);
        pass(2);
        assertThat(clocks.due()).hasSize(1);
        begin(TWO, 10);
        pass(8);
        clocks.change(TWO, 5, true);
        pass(4);
        assertThat(clocks.due()).isEmpty();
        pass(1);
        assertThat(clocks.due()).containsExactly(new IdleClocks.Idle(TWO, 5));
        clocks.goOn(TWO, 0);
        clocks.change(TWO, 0, true);
        pass(1000);
        assertThat(clocks.due()).isEmpty();
    }

    @Test
    void goOnOverARestart(@TempDir Path folder) {
        var file = folder.resolve("last-uses");
        begin(ONE, 10);
        pass(8);
        new LastUses(file, () -> 0).write(clocks.lastUses());

        var after = new IdleClocks(now::get);
        after.began(ONE, 10, new LastUses(file, () -> 0).read().getOrDefault(ONE, now.get()));

        pass(2);
        assertThat(after.due()).containsExactly(new IdleClocks.Idle(ONE, 10));
    }

    @Test
    void goOnOverARestartAlsoWhenTheWallClockWasSetMeanwhile(@TempDir Path folder) {
        var file = folder.resolve("last-uses");
        begin(ONE, 10);
        pass(8);
        // The wall clock was set an hour forward, and the next process begins with it.
        new LastUses(file, () -> 3_600_004).write(clocks.lastUses());
        now.addAndGet(3_600_000);
        var after = new IdleClocks(now::get);
        after.began(ONE, 10, new LastUses(file, () -> 3).read().getOrDefault(ONE, now.get()));

        pass(1);
        assertThat(after.due()).isEmpty();
        pass(1);
        assertThat(after.due()).containsExactly(new IdleClocks.Idle(ONE, 10));
    }

    @Test
    void takeNoUseToBeInTheFuture() {
        clocks.began(ONE, 10, now.get() + 3_600_000);

        pass(10);
        assertThat(clocks.due()).containsExactly(new IdleClocks.Idle(ONE, 10));
    }

    @Test
    void beginAnewWhenTheirFileIsBroken(@TempDir Path folder) throws java.io.IOException {
        var file = Files.writeString(folder.resolve("last-uses"), "sb-1 x\nnonsense");

        assertThat(new LastUses(file, () -> 0).read()).isEmpty();
        assertThat(new LastUses(folder.resolve("none"), () -> 0).read()).isEqualTo(Map.of());
    }

    /** An end of a session whose next frame the test decides about. */
    private record Held(CompletableFuture<Optional<SessionFrame>> frame) implements Attachment {
        @Override
        public CompletionStage<Optional<SessionFrame>> next() {
            return frame;
        }

        @Override
        public CompletionStage<Unit> send(byte[] input) {
            return CompletableFuture.completedFuture(Unit.DONE);
        }

        @Override
        public void close() {}
    }
}
