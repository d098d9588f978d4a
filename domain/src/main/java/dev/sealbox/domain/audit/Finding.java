package dev.sealbox.domain.audit;

import dev.sealbox.domain.audit.Candidate.Given;
import dev.sealbox.domain.audit.Candidate.Known;
import dev.sealbox.domain.audit.Candidate.Layer;
import dev.sealbox.domain.audit.Candidate.Presence;
import dev.sealbox.domain.egress.HostPattern;
import java.util.List;

/**
 * A sandbox that could have used the secret on the host.
 *
 * @param winner the place of the layer that gave it, among {@code sandbox.layers()}
 * @param allowlist where the sandbox could go at all; empty means every public host
 */
public record Finding(Candidate sandbox, int winner, List<HostPattern> allowlist) {

    public Layer layer() {
        return sandbox.layers().get(winner);
    }

    public Given given() {
        return known().secret().orElseThrow();
    }

    /** Whether the store was gone by then, and the sandbox had it from before. */
    public boolean kept() {
        return known().presence() == Presence.DELETED;
    }

    private Known known() {
        return layer().known().orElseThrow();
    }
}
