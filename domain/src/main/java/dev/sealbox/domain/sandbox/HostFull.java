package dev.sealbox.domain.sandbox;

/** A host has less left than a sandbox may use; nothing of its start was begun there. */
public final class HostFull extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** For people. */
    public static final String MESSAGE = "the host has no memory or cpu left to promise";

    public HostFull() {
        super(MESSAGE);
    }
}
