package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.SandboxId;

/** The sandbox is just being put to sleep on its host: what was asked has not begun, and may be asked again. */
public final class SandboxResting extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient SandboxId sandbox;

    public SandboxResting(SandboxId sandbox) {
        super(sandbox + " is being hibernated");
        this.sandbox = sandbox;
    }

    public SandboxId sandbox() {
        return sandbox;
    }
}
