package dev.sealbox.runtime.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.session.SessionFrame;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScrollbackTest {
    private static final Duration NEVER = Duration.ofMinutes(5);

    private static void write(Scrollback scrollback, byte type, String text) throws InterruptedException {
        scrollback.append(type, text.getBytes(UTF_8));
    }

    private static Optional<SessionFrame> get(CompletionStage<Optional<SessionFrame>> next) {
        return next.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    /** Reads to the end: output as its bytes, other frames as their type in brackets. */
    private static String all(ScrollbackReader reader) {
        var seen = new ByteArrayOutputStream();
        for (var frame = get(reader.next()); frame.isPresent(); frame = get(reader.next())) {
            var bytes = frame.get().bytes();
            if (bytes[0] == SessionFrame.OUTPUT || bytes[0] == SessionFrame.ERRORS) {
                seen.write(bytes, 1, bytes.length - 1);
            } else {
                seen.writeBytes(("[" + bytes[0] + "]").getBytes(UTF_8));
            }
        }
        return seen.toString(UTF_8);
    }

    @Test
    void tellsTheSeamAlwaysAndOnce() throws InterruptedException {
        var scrollback = new Scrollback(1 << 20, NEVER, Duration.ZERO);
        var early = scrollback.attach(false);
        write(scrollback, SessionFrame.OUTPUT, "a");
        write(scrollback, SessionFrame.ERRORS, "b");
        var late = scrollback.attach(false);
        write(scrollback, SessionFrame.OUTPUT, "c");
        scrollback.end(7);
        var after = scrollback.attach(false);

        assertThat(all(early)).isEqualTo("[4]abc[3]");
        assertThat(all(late)).isEqualTo("ab[4]c[3]");
        assertThat(all(after)).isEqualTo("abc[4][3]");
    }

    @Test
    void tellsTheSeamOfASessionThatWroteNothing() {
        var scrollback = new Scrollback(1 << 20, NEVER, Duration.ZERO);
        scrollback.end(0);

        assertThat(all(scrollback.attach(false))).isEqualTo("[4][3]");
    }

    @Test
    void splitsAChunkThatGrowsOverTheSeam() throws InterruptedException {
        var scrollback = new Scrollback(1 << 20, NEVER, Duration.ZERO);
        write(scrollback, SessionFrame.OUTPUT, "before");
        var reader = scrollback.attach(false);
        write(scrollback, SessionFrame.OUTPUT, "after");
        scrollback.end(0);

        assertThat(all(reader)).isEqualTo("before[4]after[3]");
    }

    @Test
    void tellsTheExitCodeBigEndianAndSigned() {
        assertThat(SessionFrame.exit(-1).bytes()).containsExactly(3, -1, -1, -1, -1);
        assertThat(SessionFrame.exit(259).bytes()).containsExactly(3, 0, 0, 1, 3);
    }

    @Test
    void dropsTheOldestWhenNobodyReads() throws InterruptedException {
        var scrollback = new Scrollback(200 << 10, NEVER, Duration.ZERO);
        for (var each = 0; each < 100; each++) {
            scrollback.append(SessionFrame.OUTPUT, new byte[10_000]);
        }
        write(scrollback, SessionFrame.ERRORS, "last");
        scrollback.end(0);

        assertThat(scrollback.weight()).isLessThanOrEqualTo(200 << 10);
        assertThat(all(scrollback.attach(false))).hasSizeGreaterThan(180_000).endsWith("last[4][3]");
    }

    @Test
    void keepsAllForAFirstReaderThatComesInTime() throws InterruptedException {
        var scrollback = new Scrollback(200 << 10, NEVER, NEVER);
        var writer = Thread.ofVirtual().start(() -> {
            try {
                for (var each = 0; each < 100; each++) {
                    scrollback.append(SessionFrame.OUTPUT, new byte[10_000]);
                }
                scrollback.end(0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (scrollback.weight() < (190 << 10)) {
            Thread.onSpinWait();
        }

        assertThat(all(scrollback.attach(false)).replaceAll("\\[.\\]", "")).hasSize(1_000_000);
        writer.join();
    }

    @Test
    void countsTinyPiecesAsWhatTheyTake() throws InterruptedException {
        var scrollback = new Scrollback(100_000, NEVER, Duration.ZERO);
        for (var each = 0; each < 50_000; each++) {
            write(scrollback, each % 2 == 0 ? SessionFrame.OUTPUT : SessionFrame.ERRORS, "x");
        }
        scrollback.end(0);

        assertThat(all(scrollback.attach(false))).hasSizeLessThan(100_000 / 64 + 10);
    }

    @Test
    void givesALateReaderOfATerminalOnlyWhatComes() throws InterruptedException {
        var scrollback = new Scrollback(1 << 20, NEVER, Duration.ZERO);
        write(scrollback, SessionFrame.OUTPUT, "old");
        var reader = scrollback.attach(true);
        write(scrollback, SessionFrame.OUTPUT, "new");
        scrollback.end(0);

        assertThat(all(reader)).isEqualTo("[4]new[3]");
    }

    @Test
    void losesAndRepeatsNothingHoweverReadersComeAndGo() throws Exception {
        var scrollback = new Scrollback(256 << 10, NEVER, Duration.ZERO);
        var random = new Random(3);
        var whole = new byte[8 << 20];
        random.nextBytes(whole);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var first = scrollback.attach(false);
            var readers = new ArrayList<CompletableFuture<byte[]>>();
            readers.add(CompletableFuture.supplyAsync(() -> output(first), threads));
            for (var at = 0; at < whole.length; ) {
                var length = Math.min(1 + random.nextInt(60_000), whole.length - at);
                scrollback.append(SessionFrame.OUTPUT, Arrays.copyOfRange(whole, at, at + length));
                at += length;
                if (random.nextInt(40) == 0) {
                    var joining = scrollback.attach(false);
                    readers.add(CompletableFuture.supplyAsync(() -> output(joining), threads));
                }
            }
            scrollback.end(0);

            assertThat(readers).hasSizeGreaterThan(3);
            for (var reader : readers) {
                var seen = reader.get(20, TimeUnit.SECONDS);
                assertThat(seen).isEqualTo(Arrays.copyOfRange(whole, whole.length - seen.length, whole.length));
            }
            assertThat(readers.getFirst().get()).hasSize(whole.length);
        }
    }

    private static byte[] output(ScrollbackReader reader) {
        var seen = new ByteArrayOutputStream();
        for (var frame = get(reader.next()); frame.isPresent(); frame = get(reader.next())) {
            if (frame.get().type() == SessionFrame.OUTPUT) {
                seen.write(frame.get().bytes(), 1, frame.get().bytes().length - 1);
            }
        }
        return seen.toByteArray();
    }

    @Test
    void cutsOffAReaderThatStandsStillAndTellsIt() throws InterruptedException {
        var scrollback = new Scrollback(200 << 10, Duration.ofMillis(30), Duration.ZERO);
        var slow = scrollback.attach(false);
        for (var each = 0; each < 5; each++) {
            scrollback.append(SessionFrame.OUTPUT, new byte[60_000]);
        }
        scrollback.end(0);

        assertThat(all(slow)).isEqualTo("[5]");
        assertThat(all(scrollback.attach(false))).endsWith("[4][3]");
    }

    @Test
    void waitsForAReaderThatMoves() throws Exception {
        var scrollback = new Scrollback(200 << 10, NEVER, Duration.ZERO);
        var reader = scrollback.attach(false);
        var written = new CompletableFuture<Boolean>();
        Thread.ofVirtual().start(() -> {
            try {
                for (var each = 0; each < 5; each++) {
                    scrollback.append(SessionFrame.OUTPUT, new byte[60_000]);
                }
                scrollback.end(0);
                written.complete(true);
            } catch (InterruptedException e) {
                written.completeExceptionally(e);
            }
        });

        assertThat(all(reader)).hasSize(3 + 300_000 + 3).startsWith("[4]").endsWith("[3]");
        assertThat(written.get(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void letsGoOfAReaderThatLeaves() throws InterruptedException {
        var scrollback = new Scrollback(200 << 10, NEVER, Duration.ZERO);
        var gone = scrollback.attach(false);
        assertThat(get(gone.next()).orElseThrow().type()).isEqualTo(SessionFrame.SCROLLBACK_END);
        var asked = gone.next();
        gone.close();

        assertThat(get(asked)).isEmpty();
        for (var each = 0; each < 10; each++) {
            scrollback.append(SessionFrame.OUTPUT, new byte[60_000]);
        }
        assertThat(get(gone.next())).isEmpty();
    }
}
