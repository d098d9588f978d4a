package dev.sealbox.server.host;

/** A host could not do what it was asked, or did not answer; the message names the step and holds no secret. */
public final class HostFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public HostFailure(String what) {
        super(what);
    }
}
