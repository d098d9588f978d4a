package dev.sealbox.proxy.session;

import dev.sealbox.domain.identity.SandboxId;

/** A policy that could not come into force because a value of it could not be opened; the one before stays. */
public final class NotAdmitted extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotAdmitted(SandboxId sandbox, Throwable cause) {
        super("opening the secrets of " + sandbox, cause);
    }
}
