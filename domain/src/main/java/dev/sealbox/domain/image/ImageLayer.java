package dev.sealbox.domain.image;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.sandbox.Defaults;
import java.util.List;

/**
 * A built image: all that a sandbox needs to start from it.
 *
 * @param host where its files lie
 * @param files the layers that its files are in, newest first; empty when it adds none to the template
 */
public record ImageLayer(HostId host, List<CheckpointId> files, Defaults defaults) {
    public ImageLayer {
        files = List.copyOf(files);
    }
}
