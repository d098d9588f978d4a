package dev.sealbox.server.host;

import dev.sealbox.domain.usage.UsageMeters;
import java.time.Clock;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks from time to time at what the sandboxes of a host use, and has it noted down. A crash loses one look. */
public final class UsageWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(UsageWatch.class);
    private static final long SECONDS = 10;

    private final Host host;
    private final UsageMeters meters;
    private final Clock clock;
    private final UsageMeter meter = new UsageMeter();
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("usage-watch").daemon().factory());

    UsageWatch(Host host, UsageMeters meters, Clock clock) {
        this.host = host;
        this.meters = meters;
        this.clock = clock;
    }

    /** Watches until it is closed. */
    public static UsageWatch start(Host host, UsageMeters meters) {
        var watch = new UsageWatch(host, meters, Clock.systemUTC());
        // Ends with the executor; what goes wrong in a look is logged there.
        var ignored = watch.ticks.scheduleWithFixedDelay(watch::look, SECONDS, SECONDS, TimeUnit.SECONDS);
        return watch;
    }

    /** One look at all of them; what cannot be noted down now is with the next one. */
    void look() {
        try {
            host.runs().takeEnded().forEach(ended -> meter.ended(ended.sandbox(), ended.run(), ended.at()));
            host.runs()
                    .now()
                    .forEach((sandbox, run) -> host.memoryInUse(sandbox)
                            .ifPresent(used -> meter.saw(sandbox, run, used, clock.instant())));
        } catch (RuntimeException e) {
            log.warn("cannot see what sandboxes use now: {}", e.toString());
        }
        note();
    }

    private void note() {
        var slices = meter.taken();
        if (slices.isEmpty()) {
            return;
        }
        try {
            meters.add(slices).toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("usage cannot be noted down now: {}", e.toString());
            meter.putBack(slices);
        } catch (InterruptedException e) {
            meter.putBack(slices);
            Thread.currentThread().interrupt();
        }
    }

    /** Looks a last time. */
    @Override
    public void close() {
        ticks.shutdown();
        try {
            if (ticks.awaitTermination(SECONDS, TimeUnit.SECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
