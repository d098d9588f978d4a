package dev.sealbox.persistence;

import static org.assertj.core.api.Assertions.fail;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Refusal;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** What tests wait for. */
final class Told {
    private Told() {}

    static <T> T told(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no answer in 60 s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    static <T> T done(CompletionStage<Outcome<T>> stage) {
        return switch (told(stage)) {
            case Outcome.Done<T>(var value) -> value;
            case Outcome.Refused<T>(var reason) -> throw new AssertionError("refused: " + reason);
        };
    }

    static <T> Refusal refused(CompletionStage<Outcome<T>> stage) {
        return switch (told(stage)) {
            case Outcome.Done<T>(var value) -> throw new AssertionError("not refused: " + value);
            case Outcome.Refused<T>(var reason) -> reason;
        };
    }

    /** Polls for at most a minute. */
    static void eventually(String what, BooleanSupplier holds) {
        var deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                fail("still not after a minute: " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
