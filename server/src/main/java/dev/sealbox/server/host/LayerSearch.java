package dev.sealbox.server.host;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.layer.LayerStoreFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A search for the layers of one sandbox, which asks a source that is away no second time. For one thread; blocks. */
final class LayerSearch {
    private static final Logger log = LoggerFactory.getLogger(LayerSearch.class);

    /** What a host has may go while it is asked for it, since it has come to the layer store then. */
    private static final int ROUNDS = 2;

    private final List<LayerSource> sources;
    private final Map<LayerSource, RuntimeException> away = new HashMap<>();

    /** In this order. */
    LayerSearch(List<LayerSource> sources) {
        this.sources = sources;
    }

    /**
     * What {@code use} makes of the first place where that works.
     *
     * @throws HostFailure when it works nowhere
     */
    <T> T tried(CheckpointId layer, Function<LayerSource.Found, T> use) {
        var troubles = new ArrayList<RuntimeException>();
        for (var round = 1; round <= ROUNDS; round++) {
            for (var source : sources) {
                for (var found : found(source, layer)) {
                    try {
                        return use.apply(found);
                    } catch (RuntimeException e) {
                        log.warn("checkpoint {} does not come from where it was found", layer, e);
                        troubles.add(e);
                    }
                }
            }
            if (troubles.isEmpty()) {
                break;
            }
        }
        troubles.addAll(away.values());
        throw failure(layer, troubles);
    }

    private List<LayerSource.Found> found(LayerSource source, CheckpointId layer) {
        if (away.containsKey(source)) {
            return List.of();
        }
        try {
            return source.find(layer);
        } catch (RuntimeException e) {
            log.warn("it cannot be asked where checkpoint {} is", layer, e);
            away.put(source, e);
            return List.of();
        }
    }

    /** What is told names nothing of the machine; the rest has gone to the log. */
    private static HostFailure failure(CheckpointId layer, List<RuntimeException> troubles) {
        if (troubles.isEmpty()) {
            return new HostFailure("checkpoint " + layer
                    + " is neither on this host nor, by now, in a layer store or on another host that is here");
        }
        return troubles.stream()
                .filter(trouble -> trouble instanceof LayerStoreFailure || trouble instanceof HostFailure)
                .findFirst()
                .map(trouble -> new HostFailure(String.valueOf(trouble.getMessage())))
                .orElseGet(() ->
                        new HostFailure("checkpoint " + layer + " could not be fetched from the host that has it"));
    }
}
