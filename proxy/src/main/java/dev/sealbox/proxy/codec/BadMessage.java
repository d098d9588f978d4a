package dev.sealbox.proxy.codec;

/** A message that breaks the grammar, so that nothing after it can be trusted. Quotes none of it. */
public final class BadMessage extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /** {@code what} quotes nothing of the message. */
    public BadMessage(int status, String what) {
        super(what, null, false, false);
        this.status = status;
    }

    /** As above, with 400. */
    public BadMessage(String what) {
        this(400, what);
    }

    /** The status to answer with when a client sent it. */
    public int status() {
        return status;
    }

    /** The reason, always there. */
    public String reason() {
        var message = getMessage();
        return message == null ? "bad message" : message;
    }
}
