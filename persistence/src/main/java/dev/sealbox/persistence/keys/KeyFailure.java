package dev.sealbox.persistence.keys;

/** Keys cannot be used as asked; the message is one line and holds neither a key nor a value. */
public final class KeyFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public KeyFailure(String message) {
        super(message);
    }

    public KeyFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
