package dev.sealbox.runtime.storage;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Layers that somebody is about to use, and which of them would have gone meanwhile. Not thread-safe. */
final class LayerHolds {
    private final Map<String, Integer> held = new HashMap<>();
    private final Set<String> spared = new HashSet<>();

    void add(Collection<String> layers) {
        layers.forEach(layer -> held.merge(layer, 1, Integer::sum));
    }

    /** Ends what was {@link #add}ed once; whether something that would have gone before may go now. */
    boolean end(Collection<String> layers) {
        layers.forEach(layer -> held.computeIfPresent(layer, (name, count) -> count == 1 ? null : count - 1));
        return spared.removeIf(layer -> !held.containsKey(layer));
    }

    /** Those of {@code doomed} that nobody holds; the others are noted. */
    Set<String> without(Set<String> doomed) {
        var free = new HashSet<>(doomed);
        free.removeAll(held.keySet());
        doomed.stream().filter(held::containsKey).forEach(spared::add);
        return free;
    }
}
