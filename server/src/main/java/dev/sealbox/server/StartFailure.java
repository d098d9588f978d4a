package dev.sealbox.server;

/** The node cannot start; the message is the one line that its operator reads. */
final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    StartFailure(String message) {
        super(message);
    }
}
