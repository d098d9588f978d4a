package dev.sealbox.persistence.keys;

/** The source of the master key set does not answer now; the message is one line and holds no secret. */
public final class KeySourceUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    public KeySourceUnavailable(String message) {
        super(message);
    }

    public KeySourceUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
