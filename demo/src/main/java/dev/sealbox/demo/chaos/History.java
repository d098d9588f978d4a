package dev.sealbox.demo.chaos;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All that was seen, in no order. Thread-safe. */
public final class History {
    private final Queue<Observation> seen = new ConcurrentLinkedQueue<>();

    public void note(Observation observation) {
        seen.add(observation);
    }

    public List<Observation> all() {
        return List.copyOf(seen);
    }
}
