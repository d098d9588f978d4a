package dev.sealbox.proxy.websocket;

/** A frame that RFC 6455 forbids; the connection cannot go on. */
public final class BadFrame extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadFrame(String reason) {
        super(reason, null, false, false);
    }
}
