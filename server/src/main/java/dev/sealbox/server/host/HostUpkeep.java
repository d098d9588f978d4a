package dev.sealbox.server.host;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.LayerOffers;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sandbox.Stay;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what lies on this host; empties it while it is drained; removes disks of sandboxes that have moved away meanwhile;
 * and ends what runs here and should not. One thing at a time, in the background.
 */
public final class HostUpkeep implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HostUpkeep.class);
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS_AT_WHAT_RUNS = Duration.ofSeconds(30);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Entities of sleepers leave memory again after a while, so that a host with thousands asks for few at a time. */
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(20);

    private final Host host;
    private final HostCapacity capacity;
    private final LayerOffers layers;
    private final Registrar registrar;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("host-upkeep").factory());
    private final RestingDisks resting;

    HostUpkeep(Host host, HostCapacity capacity, LayerOffers layers, Registrar registrar, RestingDisks resting) {
        this.resting = resting;
        this.host = host;
        this.capacity = capacity;
        this.layers = layers;
        this.registrar = registrar;
    }

    /**
     * Begins at once.
     *
     * @param askAgainAfter until a sandbox whose disk lies here is asked again whether it is elsewhere
     */
    public static HostUpkeep start(
            Host host, HostCapacity capacity, LayerOffers layers, Registrar registrar, Duration askAgainAfter) {
        var resting = new RestingDisks(host, registrar, askAgainAfter, System::nanoTime);
        var upkeep = new HostUpkeep(host, capacity, layers, registrar, resting);
        upkeep.every(EVERY, upkeep::round);
        upkeep.every(BETWEEN_LOOKS_AT_WHAT_RUNS, upkeep::endStrays);
        return upkeep;
    }

    private void every(Duration time, Runnable act) {
        // Ends with the executor; what goes wrong is logged there.
        var ignored = thread.scheduleWithFixedDelay(act, 0, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What is done every few seconds. */
    void round() {
        try {
            count();
            var emptying = capacity.isDraining();
            if (emptying) {
                await(host.hibernateAll(registrar));
            }
            var quiet = capacity.isQuiet();
            var looked = resting.look(emptying);
            var lent = stillLent();
            count();
            if (emptying) {
                capacity.lookedAt(quiet && looked.settled() && layers.unshared().isEmpty(), looked.onlyHere() + lent);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            log.warn("the upkeep of this host goes on later: {}", e.toString());
        }
    }

    /** Lets copies of disks go that were made for other hosts, when the disk runs here or is gone; how many are left. */
    private int stillLent() throws InterruptedException, ExecutionException, TimeoutException {
        var lent = layers.lent();
        if (lent.isEmpty()) {
            return 0;
        }
        var disks = await(host.runtime().disks());
        var done = lent.entrySet().stream()
                .filter(each -> host.runs(each.getValue()) || !disks.contains(each.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        done.forEach(layers::release);
        return lent.size() - done.size();
    }

    /** What goes on elsewhere must not go on here: this host may have been away for longer than it knows. */
    void endStrays() {
        try {
            for (var run : host.runs().now().entrySet()) {
                endIfGone(run.getKey(), run.getValue());
                TimeUnit.NANOSECONDS.sleep(BETWEEN_QUESTIONS.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | RuntimeException e) {
            log.warn("what runs here is asked about later: {}", e.toString());
        }
    }

    private void count() throws InterruptedException, ExecutionException, TimeoutException {
        capacity.counted(new HostCapacity.Held(
                await(host.runtime().disks()).size(),
                layers.present(),
                layers.unshared().size()));
    }

    private void endIfGone(SandboxId sandbox, UsageMeter.Run run) throws InterruptedException, TimeoutException {
        try {
            var stay = await(registrar.stay(host.id(), sandbox));
            // One that was started meanwhile was asked about then.
            if (!stay.mayRun() && host.isSame(sandbox, run)) {
                log.warn("ending {}, which runs here and should not", sandbox);
                if (stay == Stay.LEFT) {
                    await(host.stop(sandbox));
                } else {
                    await(host.hibernate(sandbox, true));
                }
            }
        } catch (ExecutionException e) {
            log.debug("whether {} is to run here is asked later: {}", sandbox, e.toString());
        }
    }

    static <T> T await(CompletionStage<T> stage) throws InterruptedException, ExecutionException, TimeoutException {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
