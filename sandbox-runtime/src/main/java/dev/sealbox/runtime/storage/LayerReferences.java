package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.storage.SandboxRecord.Base;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which layers nobody needs any more. */
final class LayerReferences {
    private LayerReferences() {}

    /**
     * The condemned layers on which neither a sandbox nor a layer that stays stands.
     *
     * @param layers every layer's base
     * @param sandboxes every sandbox's base
     */
    static Set<String> unneeded(Map<String, Base> layers, Set<String> condemned, Collection<Base> sandboxes) {
        var needed = new HashSet<String>();
        sandboxes.forEach(base -> needed.addAll(base.layers()));
        layers.forEach((layer, base) -> {
            if (!condemned.contains(layer)) {
                needed.addAll(base.layers());
            }
        });
        var unneeded = new HashSet<>(condemned);
        unneeded.removeAll(needed);
        return Set.copyOf(unneeded);
    }
}
