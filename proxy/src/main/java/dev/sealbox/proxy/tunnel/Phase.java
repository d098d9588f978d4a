package dev.sealbox.proxy.tunnel;

/**
 * Where a connection is between its first byte and its last. Each phase holds what only it needs, and says what follows:
 *
 * <pre>
 * AwaitingRequest  a tunnel is asked for       AwaitingHello
 *                  a request may go on         Recording; Dialling, or Exchanging on the connection of the request before
 *                  the proxy answers itself    AwaitingRequest, Lingering
 *                  plain TCP is asked for      Opening
 * AwaitingHello    it names a host             Handshaking
 * Handshaking      the client is secured       AwaitingRequest, now of the tunnel; Multiplexing
 * Recording        the request is recorded     Dialling, or Exchanging on the connection of the request before
 * Dialling         the upstream is connected   Exchanging
 * Exchanging       the response is sent        AwaitingRequest, Lingering, Draining
 *                  the protocol changes        Messaging
 *                  a kept connection is lost   Dialling
 * Messaging        the upstream ends           Lingering
 * Opening          the upstream is connected   Passing
 * Passing          both ways have ended        Lingering
 * </pre>
 *
 * <p>On HTTP/2 the connection stays in Multiplexing, and each request goes through Recording, Dialling, Exchanging and Draining by
 * itself.
 *
 * <p>For use in the event loop of the client only.
 */
sealed interface Phase
        permits AwaitingRequest,
                AwaitingHello,
                Handshaking,
                Multiplexing,
                Recording,
                Dialling,
                Exchanging,
                Messaging,
                Opening,
                Passing,
                Lingering,
                Draining {

    /**
     * Does all that can be done now.
     *
     * @return the phase that follows; this one while it has to wait
     */
    Phase step();

    /**
     * Looks at the clock, about once a second.
     *
     * @param now in {@link System#nanoTime}'s scale
     * @return the phase that follows; this one while there is time left
     */
    Phase tick(long now);

    /** Whether bytes are held back that may go after a moment of silence. */
    default boolean mayRelease() {
        return false;
    }

    /** Passes them on. */
    default void release() {}

    /** Lets go of what it holds: the connection has ended in this phase. */
    default void close() {}
}
