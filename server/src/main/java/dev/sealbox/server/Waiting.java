package dev.sealbox.server;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting for stages on the threads that start and stop the process; nobody else may wait. */
final class Waiting {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Waiting() {}

    /**
     * The stage's value.
     *
     * @throws StartFailure naming {@code step} when it fails or takes too long
     */
    static <T> T on(String step, CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted: " + step);
        } catch (ExecutionException e) {
            throw new StartFailure("could not " + step + ": " + e.getCause());
        } catch (TimeoutException e) {
            throw new StartFailure("could not " + step + " within " + LIMIT.toSeconds() + " s");
        }
    }

    /**
     * Returns when {@code condition} holds; asks every 20 ms.
     *
     * @throws StartFailure naming {@code step} when it does not hold within {@code limit}
     */
    static void until(String step, Duration limit, BooleanSupplier condition) {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new StartFailure("could not " + step + " within " + limit.toSeconds() + " s");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }
}
