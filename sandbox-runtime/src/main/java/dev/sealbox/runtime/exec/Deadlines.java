package dev.sealbox.runtime.exec;

import java.io.IOException;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What is done when a time has passed: above all, channels are closed whose other side takes too long, so that whoever
 * waits on one gets an exception. Thread-safe.
 */
public final class Deadlines implements AutoCloseable {
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("sealbox-agent-deadlines").unstarted(task));

    Future<?> close(Channel channel, Duration after) {
        return clock.schedule(() -> closeNow(channel), after.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Runs a task that takes no time; never, once this is closed. */
    Future<?> after(Duration time, Runnable task) {
        try {
            return clock.schedule(task, time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return new CompletableFuture<>();
        }
    }

    private static void closeNow(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It is of no use any more, closed or not.
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
