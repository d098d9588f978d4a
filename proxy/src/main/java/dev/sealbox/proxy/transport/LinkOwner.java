package dev.sealbox.proxy.transport;

/** Who is told what happens on a {@link Link}; always called in its event loop. */
@FunctionalInterface
public interface LinkOwner {

    enum Event {
        /** Bytes have come in. */
        READABLE,
        /** What was written has drained, or is piling up. */
        WRITABLE,
        /** The TLS handshake is done. */
        SECURED,
        /** The connection is gone; bytes that came before may still lie in the inbox. */
        CLOSED
    }

    void on(Link link, Event event);
}
