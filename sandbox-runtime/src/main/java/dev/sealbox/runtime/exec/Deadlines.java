package dev.sealbox.runtime.exec;

import java.io.IOException;
import java.nio.channels.Channel;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Closes channels whose other side takes too long; whoever waits on one then gets an exception. Thread-safe. */
public final class Deadlines implements AutoCloseable {
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("sealbox-agent-deadlines").unstarted(task));

    Future<?> close(Channel channel, Duration after) {
        return clock.schedule(() -> closeNow(channel), after.toMillis(), TimeUnit.MILLISECONDS);
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
