package dev.sealbox.domain;

/**
 * A text that cannot be the value it should become, such as a host pattern with a port.
 *
 * <p>The message goes to the caller; it never quotes a secret's value.
 */
public final class InvalidValue extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public InvalidValue(String message) {
        super(message);
    }
}
