package dev.sealbox.domain.layer;

/** The layer store cannot be used now, or holds something else than it should. The message names no place and no secret. */
public final class LayerStoreFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LayerStoreFailure(String what) {
        super(what);
    }

    /** {@code cause} goes to the log only. */
    public LayerStoreFailure(String what, Throwable cause) {
        super(what, cause);
    }
}
