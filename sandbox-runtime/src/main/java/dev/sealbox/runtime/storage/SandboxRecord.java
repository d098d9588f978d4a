package dev.sealbox.runtime.storage;

import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import java.util.ArrayList;
import java.util.List;

/**
 * What a node must remember of a sandbox across restarts, in its folder.
 *
 * @param address its IPv4 address
 * @param base what its files stand on
 * @param generation how often its disk was put back to a checkpoint
 */
public record SandboxRecord(String sandbox, String address, Base base, int generation) {

    /**
     * What a disk stands on.
     *
     * @param template the folder of the template, with its version
     * @param layers ids of all layers between the template and the disk, newest first
     */
    public record Base(String template, List<String> layers) {
        public Base {
            layers = List.copyOf(layers);
        }

        /** The same with one more layer on top. */
        public Base under(CheckpointId newest) {
            var all = new ArrayList<>(List.of(newest.toString()));
            all.addAll(layers);
            return new Base(template, all);
        }
    }

    /** The same with a new, empty disk on another base. */
    public SandboxRecord putBack(Base checkpoint, int times) {
        return new SandboxRecord(sandbox, address, checkpoint, times);
    }

    public SandboxId id() {
        return new SandboxId(sandbox);
    }

    public SandboxAddress whereabouts() {
        return new SandboxAddress(id(), address);
    }
}
