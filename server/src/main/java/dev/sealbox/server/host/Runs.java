package dev.sealbox.server.host;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Limits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** What runs on this host, since when and in which size, and what has ended. Thread-safe. */
final class Runs {
    private final Map<SandboxId, UsageMeter.Run> running = new ConcurrentHashMap<>();
    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

    /** A run of a sandbox that is over, or went on with another size. */
    record Ended(SandboxId sandbox, UsageMeter.Run run, Instant at) {}

    /** One begins, unless it goes on. */
    void begin(SandboxId sandbox, OrganizationId owner, Limits limits) {
        running.putIfAbsent(sandbox, new UsageMeter.Run(owner, limits, Instant.now()));
    }

    /** One goes on in this size, if it is there. */
    void resize(SandboxId sandbox, Limits limits) {
        running.computeIfPresent(sandbox, (same, run) -> resized(sandbox, run, limits));
    }

    private UsageMeter.Run resized(SandboxId sandbox, UsageMeter.Run run, Limits limits) {
        if (run.limits().equals(limits)) {
            return run;
        }
        var now = Instant.now();
        ended.add(new Ended(sandbox, run, now));
        return new UsageMeter.Run(run.organization(), limits, now);
    }

    /** One is over; done already is done. */
    void end(SandboxId sandbox) {
        var run = running.remove(sandbox);
        if (run != null) {
            ended.add(new Ended(sandbox, run, Instant.now()));
        }
    }

    boolean has(SandboxId sandbox) {
        return running.containsKey(sandbox);
    }

    /** The run that goes on. */
    Optional<UsageMeter.Run> of(SandboxId sandbox) {
        return Optional.ofNullable(running.get(sandbox));
    }

    /** All that go on. */
    Map<SandboxId, UsageMeter.Run> now() {
        return Map.copyOf(running);
    }

    /** Those that were over since this was last asked, in order. */
    List<Ended> takeEnded() {
        return Stream.generate(ended::poll).takeWhile(Objects::nonNull).toList();
    }
}
