package dev.sealbox.domain.placement;

import dev.sealbox.domain.identity.CheckpointId;
import java.util.List;
import java.util.Map;

/**
 * What a place is looked for.
 *
 * @param layers that its files stand on, newest first
 * @param labels that its host must have
 */
public record Wanted(String template, Size size, List<CheckpointId> layers, Map<String, String> labels) {
    public Wanted {
        layers = List.copyOf(layers);
        labels = Map.copyOf(labels);
    }

    /** Something fresh, anywhere. */
    public static Wanted fresh(Size size) {
        return new Wanted("base", size, List.of(), Map.of());
    }
}
