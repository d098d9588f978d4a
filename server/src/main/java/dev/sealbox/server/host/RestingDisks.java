package dev.sealbox.server.host;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Registrar;
import dev.sealbox.domain.sandbox.Stay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the sandboxes whose disks lie on this host and who do not run here how they stand to it, and removes what is
 * elsewhere: a sandbox says so only when it has begun anew there, or is over. Each is asked once in a while, and all when
 * the disk becomes nearly full. Belongs to the thread of the upkeep.
 */
final class RestingDisks {
    private static final Logger log = LoggerFactory.getLogger(RestingDisks.class);

    /** Entities of sleepers leave memory again after a while, so that a host with thousands asks for few at a time. */
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(20);

    /** The upkeep has other things to do. */
    private static final int IN_A_ROUND = 250;

    private final Host host;
    private final Registrar registrar;
    private final Duration askAgainAfter;
    private final LongSupplier nanos;
    private final Set<SandboxId> asked = new HashSet<>();
    private long since;
    private boolean full;

    /**
     * @param askAgainAfter what was asked once is asked again
     * @param nanos as of {@link System#nanoTime}
     */
    RestingDisks(Host host, Registrar registrar, Duration askAgainAfter, LongSupplier nanos) {
        this.host = host;
        this.registrar = registrar;
        this.askAgainAfter = askAgainAfter;
        this.nanos = nanos;
        this.since = nanos.getAsLong();
    }

    /** @param settled whether all that was asked about stays as it is */
    record Looked(boolean settled, int onlyHere) {}

    /** @param all whether everybody is asked in any case, however many there are */
    Looked look(boolean all) throws InterruptedException, ExecutionException, TimeoutException {
        if (all || isTimeAgain()) {
            asked.clear();
            since = nanos.getAsLong();
        }
        var stays = new ArrayList<Optional<Stay>>();
        for (var sandbox : HostUpkeep.await(host.runtime().disks())) {
            if ((all || stays.size() < IN_A_ROUND) && !host.runs(sandbox) && asked.add(sandbox)) {
                stays.add(removedIfGone(sandbox));
                TimeUnit.NANOSECONDS.sleep(BETWEEN_QUESTIONS.toNanos());
            }
        }
        return new Looked(
                stays.stream()
                        .allMatch(
                                stay -> stay.filter(known -> known != Stay.BUSY).isPresent()),
                (int) stays.stream()
                        .flatMap(Optional::stream)
                        .filter(stay -> stay == Stay.ONLY_HERE || stay == Stay.UNKNOWN)
                        .count());
    }

    private boolean isTimeAgain() {
        var before = full;
        full = host.capacity().state().diskFull();
        return (full && !before) || nanos.getAsLong() - since >= askAgainAfter.toNanos();
    }

    /** How the sandbox stands to this host; empty when that cannot be asked now. */
    private Optional<Stay> removedIfGone(SandboxId sandbox) throws InterruptedException, TimeoutException {
        try {
            var starts = host.removals().starts();
            var stay = HostUpkeep.await(registrar.stay(host.id(), sandbox));
            switch (stay) {
                case LEFT -> {
                    var removed =
                            host.removals().remove(sandbox, starts, () -> host.runs(sandbox), () -> host.stop(sandbox));
                    if (HostUpkeep.await(removed)) {
                        log.info("removed the disk of {}, which is not here any more", sandbox);
                    } else {
                        // Something was started here since it was asked, be it another one.
                        asked.remove(sandbox);
                    }
                }
                case LEAVING -> asked.remove(sandbox);
                case UNKNOWN, BUSY, RUNS, SLEEPS, ONLY_HERE -> {}
            }
            return Optional.of(stay);
        } catch (ExecutionException e) {
            asked.remove(sandbox);
            log.debug("whether {} has left is asked later: {}", sandbox, e.toString());
            return Optional.empty();
        }
    }
}
