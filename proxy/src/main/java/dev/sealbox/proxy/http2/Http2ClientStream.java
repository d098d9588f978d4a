package dev.sealbox.proxy.http2;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.stream.ClientStream;
import dev.sealbox.proxy.stream.Incoming;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** One exchange on a client's connection. */
public final class Http2ClientStream extends FrameStream implements ClientStream {
    private final Http2Client.Owner owner;
    private final int id;

    private @Nullable RequestHead request;
    private @Nullable BadMessage fault;
    private Framing framing = Framing.NONE;

    Http2ClientStream(Wire wire, Http2Client.Owner owner, int id) {
        super(wire);
        this.owner = owner;
        this.id = id;
    }

    @Override
    void wake() {
        owner.awake(this);
    }

    void head(Http2Headers headers, boolean last) {
        try {
            var head = HeadForms.request(headers);
            framing = framing(head, last);
            request = head;
        } catch (BadMessage e) {
            fault = e;
        }
        moved(last);
    }

    /** The codec sees to it that a length that is told is kept. */
    private static Framing framing(RequestHead head, boolean last) {
        var stated = Framing.ofRequest(head);
        if (!(stated instanceof Framing.None)) {
            return stated;
        }
        if (!last) {
            return Framing.CHUNKED;
        }
        return switch (head.method()) {
            // Some servers want to read that there is no body.
            case "POST", "PUT", "PATCH" -> new Framing.Length(0);
            default -> Framing.NONE;
        };
    }

    /**
     * The request's head.
     *
     * @throws BadMessage when it breaks the grammar
     */
    public RequestHead request() {
        if (request == null) {
            throw fault == null ? new BadMessage("a request without a head") : fault;
        }
        return request;
    }

    @Override
    public Framing framing() {
        return framing;
    }

    @Override
    public Incoming body() {
        return this;
    }

    @Override
    public void interim(ResponseHead head) {
        if (!isClosed()) {
            writeHead(id, HeadForms.of(head, Framing.NONE), false);
        }
    }

    @Override
    public void head(ResponseHead head, Framing next, boolean closes) {
        if (!isClosed()) {
            boolean last = next instanceof Framing.None || next.equals(new Framing.Length(0));
            writeHead(id, HeadForms.of(head, next), last);
        }
    }

    @Override
    public void end(Fields trailers) {
        end(HeadForms.of(trailers));
    }

    /** When the response has left, tells the client to send no more of a request that nobody reads. */
    public void stopRequest() {
        if (!isEnded()) {
            whenWritten(() -> reset(Http2Error.NO_ERROR));
        }
    }

    @Override
    public String toString() {
        return "Http2ClientStream[" + id + "]";
    }
}
