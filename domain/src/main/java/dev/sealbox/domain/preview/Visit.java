package dev.sealbox.domain.preview;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import java.util.List;
import java.util.Optional;

/**
 * Somebody at the door of a sandbox.
 *
 * @param presented what may be the sandbox's token; one right one suffices
 * @param everyPort whether ports that nobody exposed are open, too, where no token is asked for
 * @param only the organisation whose sandboxes are meant, when its own domain was asked
 * @param address the visitor's network address as text
 */
public record Visit(
        SandboxId sandbox,
        PreviewPort port,
        List<String> presented,
        boolean everyPort,
        Optional<OrganizationId> only,
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
