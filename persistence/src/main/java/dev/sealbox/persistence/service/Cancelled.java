package dev.sealbox.persistence.service;

/** Nobody waits for the build any more. */
final class Cancelled extends RuntimeException {
    private static final long serialVersionUID = 1;

    Cancelled() {
        super("nobody waits for the build any more");
    }
}
