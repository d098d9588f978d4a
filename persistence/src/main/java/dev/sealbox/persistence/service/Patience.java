package dev.sealbox.persistence.service;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How a build's thread waits: as long as somebody waits for the build. Blocks; for virtual threads only. */
final class Patience {
    private static final long STEP = 100;

    private final Audience audience;
    private final Duration cleaning;

    /** @param cleaning the longest wait for what is done whether somebody waits or not */
    Patience(Audience audience, Duration cleaning) {
        this.audience = audience;
        this.cleaning = cleaning;
    }

    /**
     * The stage's value.
     *
     * @throws Cancelled when nobody waits any more; the stage goes on
     */
    <T> T await(CompletionStage<T> stage) {
        var future = stage.toCompletableFuture();
        while (true) {
            check();
            try {
                return future.get(STEP, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (future.isDone()) {
                    throw new CompletionException(e);
                }
            } catch (ExecutionException e) {
                throw new CompletionException(e.getCause());
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }
    }

    /** The same whether somebody waits or not. */
    <T> T awaitAnyway(CompletionStage<T> stage) {
        return settle(stage, cleaning);
    }

    static <T> T settle(CompletionStage<T> stage, Duration limit) {
        try {
            return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    void pause(Duration time) {
        check();
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    void take(Semaphore permits) {
        try {
            while (!permits.tryAcquire(STEP, TimeUnit.MILLISECONDS)) {
                check();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private void check() {
        if (!audience.isThere()) {
            throw new Cancelled();
        }
    }

    private static Cancelled interrupted() {
        Thread.currentThread().interrupt();
        return new Cancelled();
    }

    /** What a failure says, without its wrappers. */
    static String reason(Throwable failure) {
        var cause = RunningSandboxes.cause(failure);
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
