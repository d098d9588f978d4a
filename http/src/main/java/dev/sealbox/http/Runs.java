package dev.sealbox.http;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.http.ExecJson.Poll;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The commands that this node runs behind handles, and for a while the results of those that have ended.
 *
 * <p>A handle is known to its organisation and sandbox only, and to this node only. Bounded: at most a number of
 * running commands per organisation, and a number of characters of output for all. Thread-safe.
 */
final class Runs {

    /** Whose a handle is. */
    record Owner(OrganizationId organization, SandboxId sandbox) {}

    private record Entry(Owner owner, CompletableFuture<Poll> end) {}

    /** What a handle itself takes, in characters. */
    private static final int OVERHEAD = 512;

    private final HttpSettings.Exec settings;
    private final Executor later;
    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<OrganizationId, Integer> running = new HashMap<>();

    /** Sizes of the results that are kept, by handle, first to end first. */
    private final Map<String, Integer> ended = new LinkedHashMap<>();

    private long kept;

    Runs(HttpSettings.Exec settings) {
        this.settings = settings;
        this.later = CompletableFuture.delayedExecutor(settings.keepResults().toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Counts a command that begins, or says why it must not; an admitted one is to be {@link #released}. */
    synchronized Optional<Refusal> admit(OrganizationId organization) {
        var active = running.getOrDefault(organization, 0);
        if (active >= settings.maxAsync()) {
            return Optional.of(new TooManyRuns(active, settings.maxAsync()));
        }
        running.put(organization, active + 1);
        return Optional.empty();
    }

    synchronized void released(OrganizationId organization) {
        running.computeIfPresent(organization, (id, active) -> active > 1 ? active - 1 : null);
    }

    /** A handle for a command that has begun. */
    ExecJson.Handle keep(Owner owner, Instant startedAt, CompletionStage<Poll> end) {
        var id = UUID.randomUUID().toString();
        var entry = new Entry(owner, new CompletableFuture<>());
        synchronized (this) {
            entries.put(id, entry);
        }
        end.thenAccept(poll -> {
            ended(id, poll);
            entry.end().complete(poll);
        });
        return new ExecJson.Handle(id, true, startedAt);
    }

    /** What is known now, held back for a moment while the command runs; empty for whom the handle does not exist. */
    Optional<CompletionStage<Poll>> poll(Owner owner, String id) {
        return find(id).filter(entry -> entry.owner().equals(owner)).map(entry -> held(entry, settings.pollHold()));
    }

    private static CompletionStage<Poll> held(Entry entry, Duration hold) {
        return entry.end().copy().completeOnTimeout(Poll.RUNNING, hold.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized Optional<Entry> find(String id) {
        return Optional.ofNullable(entries.get(id));
    }

    private synchronized void ended(String id, Poll poll) {
        var size = OVERHEAD + poll.size();
        ended.put(id, size);
        kept += size;
        while (kept > settings.keptOutputTotal() && ended.size() > 1) {
            forget(ended.keySet().iterator().next());
        }
        later.execute(() -> forget(id));
    }

    private synchronized void forget(String id) {
        var size = ended.remove(id);
        if (size != null) {
            entries.remove(id);
            kept -= size;
        }
    }

    private record TooManyRuns(int active, int limit) implements Refusal {
        @Override
        public Kind kind() {
            return Kind.EXHAUSTED;
        }

        @Override
        public String code() {
            return "exec.too-many";
        }

        @Override
        public String message() {
            return "too many commands run behind handles: " + active + " of " + limit;
        }

        @Override
        public Map<String, Object> details() {
            return Map.of("active", active, "limit", limit);
        }
    }
}
