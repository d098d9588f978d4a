package dev.sealbox.demo.chaos;

import dev.sealbox.demo.chaos.Observation.Given;
import dev.sealbox.demo.chaos.Observation.Revoked;
import dev.sealbox.demo.chaos.Observation.Used;
import dev.sealbox.demo.upstream.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A store with one secret, and a sandbox on it that uses the secret all the time: what it was shown itself, and a token that
 * another sandbox was shown. A sandbox that is lost is replaced. Rotated by one thread, watched by another.
 */
final class Box {
    private static final long SILENT = Duration.ofSeconds(6).toNanos();

    /** The last token that any box was shown, for the others to try. */
    private static final Map<String, String> TOKENS = new java.util.concurrent.ConcurrentHashMap<>();

    private final Door door;
    private final History history;
    private final String name;
    private final String store;
    private final String host;
    private final AtomicInteger rotations = new AtomicInteger();
    private final List<String> acknowledged = new ArrayList<>();
    private Optional<String> sandbox = Optional.empty();
    private volatile long lastUse = System.nanoTime() - SILENT;

    Box(Door door, History history, String name, String store, String host) {
        this.door = door;
        this.history = history;
        this.name = name;
        this.store = store;
        this.host = host;
    }

    /** Sets another value; the ones that were acknowledged before are not to be used from then on. */
    void rotate() {
        var value = "value-" + rotations.incrementAndGet() + "-of-" + name;
        history.note(new Given(name, value));
        var answer = door.send(door.any(), "PUT", "/secret-stores/" + store + "/secrets/KEY", Map.of("value", value));
        if (answer.isDone()) {
            var now = System.nanoTime();
            // A text with the ids of those that lag, and absent when none does.
            var lagging = !answer.body().path("refreshErrors").asText().isEmpty();
            acknowledged.forEach(former -> history.note(new Revoked(former, now, lagging)));
            acknowledged.clear();
            acknowledged.add(value);
        }
    }

    /** Starts the program in the sandbox when nothing has come of it for a while, in a new sandbox if there is none. */
    void keepUsing() {
        if (System.nanoTime() - lastUse < SILENT) {
            return;
        }
        if (sandbox.isEmpty()) {
            var made = door.send(door.any(), "POST", "/sandboxes", Map.of("secretStore", name));
            if (!made.isDone()) {
                return;
            }
            sandbox = Optional.of(made.body().path("sandboxID").asText());
        }
        lastUse = System.nanoTime();
        var foreign = TOKENS.entrySet().stream()
                .filter(each -> !each.getKey().equals(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("none");
        var loop = "echo $KEY; for p in $(cat $HOME/pid 2>/dev/null); do kill $p; done 2>/dev/null;"
                + " nohup sh -c 'while sleep 0.4; do curl -s -m 3 -o /dev/null https://" + host + "/chaos/" + name
                + " -H \"X-Key: $KEY\"; curl -s -m 3 -o /dev/null https://" + host + "/chaos/" + name
                + " -H \"X-Key: " + foreign + "\"; done' >/dev/null 2>&1 & echo $! >$HOME/pid";
        var begun = door.send(door.any(), "POST", "/sandboxes/" + sandbox.get() + "/exec/run", Map.of("cmd", loop));
        if (begun.isDone()) {
            TOKENS.put(name, begun.body().path("stdout").asText().strip());
        } else if (begun.isRefused()) {
            // It is lost, or was stopped.
            sandbox = Optional.empty();
        }
    }

    void arrived(Received request) {
        var value = request.header("x-key");
        if (request.target().equals("/chaos/" + name) && value.startsWith("value-")) {
            lastUse = System.nanoTime();
            history.note(new Used(name, value, lastUse));
        }
    }
}
