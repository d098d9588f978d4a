package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.CheckpointId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a sandbox is made from, apart from its secrets.
 *
 * @param template the base root filesystem
 * @param origin the checkpoint that it was forked from
 * @param fileLayers the checkpoints whose files it stands on, newest first
 * @param timeoutSeconds idle timeout; 0 means never
 * @param envs plain variables, inherited ones included
 * @param metadata labels of its owner, inherited ones included
 * @param defaults what its image says, if it stands on one
 */
public record Blueprint(
        String template,
        Optional<CheckpointId> origin,
        List<CheckpointId> fileLayers,
        Limits limits,
        int timeoutSeconds,
        Map<String, String> envs,
        Map<String, String> metadata,
        Defaults defaults) {
    public Blueprint {
        fileLayers = List.copyOf(fileLayers);
        envs = Map.copyOf(envs);
        metadata = Map.copyOf(metadata);
    }

    /** Of what stands on no image. */
    public Blueprint(
            String template,
            Optional<CheckpointId> origin,
            List<CheckpointId> fileLayers,
            Limits limits,
            int timeoutSeconds,
            Map<String, String> envs,
            Map<String, String> metadata) {
        this(template, origin, fileLayers, limits, timeoutSeconds, envs, metadata, Defaults.NONE);
    }

    /** The same on the files of other checkpoints. */
    Blueprint on(List<CheckpointId> layers) {
        return new Blueprint(template, origin, layers, limits, timeoutSeconds, envs, metadata, defaults);
    }

    Blueprint withTimeout(int seconds) {
        return new Blueprint(template, origin, fileLayers, limits, seconds, envs, metadata, defaults);
    }

    Blueprint withLimits(Limits other) {
        return new Blueprint(template, origin, fileLayers, other, timeoutSeconds, envs, metadata, defaults);
    }
}
