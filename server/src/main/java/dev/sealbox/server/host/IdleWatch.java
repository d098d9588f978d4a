package dev.sealbox.server.host;

import dev.sealbox.domain.sandbox.Registrar;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks every second which sandboxes of a host are idle, and from time to time which are too small or too large. */
public final class IdleWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IdleWatch.class);

    /** What the clocks may lose in a crash. */
    private static final long WRITE_EVERY_SECONDS = 5;

    private final Host host;
    private final Registrar registrar;
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("idle-watch").daemon().factory());
    private long tick;

    private IdleWatch(Host host, Registrar registrar) {
        this.host = host;
        this.registrar = registrar;
    }

    /** Watches until it is closed. */
    public static IdleWatch start(Host host, Registrar registrar) {
        var watch = new IdleWatch(host, registrar);
        // Ends with the executor; what goes wrong in a look is logged there.
        var ignored = watch.ticks.scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
        return watch;
    }

    private void look() {
        try {
            host.hibernateIdle(registrar);
            if (++tick % WRITE_EVERY_SECONDS == 0) {
                host.rememberUses();
                host.fitSizes(registrar);
            }
        } catch (RuntimeException e) {
            log.warn("cannot look for idle sandboxes now: {}", e.toString());
        }
    }

    @Override
    public void close() {
        ticks.shutdownNow();
        host.rememberUses();
    }
}
