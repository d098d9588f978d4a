package dev.sealbox.proxy.http2;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.transport.Link;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** A client's connection that carries many exchanges at once. Belongs to its event loop. */
public final class Http2Client extends Frames {
    private final Owner owner;

    /** Who is told of what begins on the connection. */
    public interface Owner {
        /** A request has begun; its head is there. */
        void begun(Http2ClientStream stream);

        /** Something happened on that stream. */
        void awake(Http2ClientStream stream);
    }

    /** On a link whose TLS handshake is done and chose HTTP/2. Nothing is read before {@link #begin}. */
    public Http2Client(Link link, Http2Limits limits, Owner owner) {
        super(link, limits, frames -> FrameHandler.server(limits, frames));
        this.owner = owner;
    }

    /** Reads from now on. {@code window} is for the bodies of all requests together. */
    public void begin(int window) {
        wire().begin(window);
    }

    /** Sends what was written. */
    public void flush() {
        wire().flush();
    }

    /** Takes no further requests. */
    public void goAway() {
        wire().goAway();
    }

    @Override
    void headers(int id, @Nullable FrameStream to, Http2Headers headers, boolean last) {
        if (to instanceof Http2ClientStream known) {
            trailers(known, headers);
            return;
        }
        var stream = wire().connection().stream(id);
        if (stream == null) {
            return;
        }
        var begun = new Http2ClientStream(wire(), owner, id);
        begun.begin(stream);
        begun.head(headers, last);
        owner.begun(begun);
    }

    private static void trailers(Http2ClientStream stream, Http2Headers headers) {
        try {
            stream.received(HeadForms.trailers(headers));
        } catch (BadMessage e) {
            stream.reset(Http2Error.PROTOCOL_ERROR);
        }
    }
}
