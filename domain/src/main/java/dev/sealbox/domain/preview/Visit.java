package dev.sealbox.domain.preview;

import dev.sealbox.domain.identity.SandboxId;
import java.util.List;

/**
 * Somebody at the door of a sandbox.
 *
 * @param presented what may be the sandbox's token; one right one suffices
 * @param everyPort whether ports that nobody exposed are open, too, where no token is asked for
 * @param address the visitor's network address as text
 */
public record Visit(
        SandboxId sandbox,
        PreviewPort port,
        List<String> presented,
        boolean everyPort,
        String address,
        String requestId) {
    public Visit {
        presented = List.copyOf(presented);
    }

    @Override
    public String toString() {
        return "Visit[" + sandbox + " port " + port + "]";
    }
}
