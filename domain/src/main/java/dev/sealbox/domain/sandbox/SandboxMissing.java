package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.SandboxId;

/** The sandbox has no live container on this host. */
public final class SandboxMissing extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient SandboxId sandbox;

    public SandboxMissing(SandboxId sandbox) {
        super(sandbox + " does not run on this host");
        this.sandbox = sandbox;
    }

    public SandboxId sandbox() {
        return sandbox;
    }
}
