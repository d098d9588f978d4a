package dev.sealbox.proxy.stream;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.ResponseHead;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;

/** The client's side of one exchange, after the request's head. For use in the event loop of its connection only. */
public interface ClientStream {
    /** How the request's body ends. */
    Framing framing();

    /** The request's body. */
    Incoming body();

    /** Whether more can be written without piling up. */
    boolean canWrite();

    /** Writes a head that no body follows, but another head. */
    void interim(ResponseHead head);

    /**
     * Writes the final head.
     *
     * @param framing how the body that follows ends
     * @param closes whether the connection ends with it, where a connection carries one exchange at a time
     */
    void head(ResponseHead head, Framing framing, boolean closes);

    /** Writes a piece of the body and takes it over. */
    void content(ByteBuf content);

    /** Ends the body; the trailers are left out where the framing has no place for them. */
    void end(Fields trailers);

    /**
     * Ends the exchange towards the client, at once and without a last word. May be called in any thread.
     *
     * @return complete when nothing more of it can be sent
     */
    CompletableFuture<Void> cut();

    /** When anything last moved, in {@link System#nanoTime}'s scale. */
    long lastActive();
}
