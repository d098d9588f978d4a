package dev.sealbox.proxy.http2;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.rewrite.RewrittenField;
import dev.sealbox.proxy.rewrite.RewrittenHead;
import dev.sealbox.proxy.session.Carrier;
import dev.sealbox.proxy.stream.Incoming;
import dev.sealbox.proxy.stream.UpstreamStream;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One exchange on an upstream's connection. */
public final class Http2UpstreamStream extends FrameStream implements UpstreamStream {
    /** Interim responses among them; no window holds a sender of heads back. */
    private static final int MOST_WAITING = 16;

    private final Http2Server server;
    private final Runnable wake;
    private final Deque<ResponseHead> heads = new ArrayDeque<>();

    private int id;
    private boolean answered;
    private boolean responded;
    private boolean refused;
    private boolean withoutBody;
    private @Nullable BadMessage fault;

    Http2UpstreamStream(Http2Server server, Wire wire, Runnable wake) {
        super(wire);
        this.server = server;
        this.wake = wake;
    }

    @Override
    public Carrier carrier() {
        return Carrier.among(wire().link().channel(), this::cut);
    }

    @Override
    void wake() {
        wake.run();
    }

    @Override
    public void head(RewrittenHead head, Framing framing) {
        var connection = wire().connection();
        if (isClosed() || !wire().link().isOpen() || connection.goAwayReceived()) {
            refuse();
            return;
        }
        boolean last = framing instanceof Framing.None || framing.equals(new Framing.Length(0));
        id = connection.local().incrementAndGetNextStreamId();
        var headers = HeadForms.of(head, framing);
        try {
            begin(connection.local().createStream(id, false));
        } catch (io.netty.handler.codec.http2.Http2Exception e) {
            // The upstream allows fewer at once than before.
            refuse();
            return;
        }
        writeHead(id, headers, last);
    }

    /** Nothing was sent. */
    private void refuse() {
        refused = true;
        closed();
    }

    /** A head, or trailers. */
    void headers(Http2Headers headers, boolean last) {
        answered = true;
        if (responded) {
            received(HeadForms.trailers(headers));
            return;
        }
        if (heads.size() >= MOST_WAITING) {
            throw new BadMessage("too many responses before the client has taken one");
        }
        var head = HeadForms.response(headers);
        responded = !head.isInterim();
        withoutBody = responded && last;
        heads.add(head);
        moved(last);
    }

    void broken(BadMessage by) {
        fault = by;
        wake();
    }

    @Override
    public boolean isOpen() {
        return !isClosed();
    }

    @Override
    public void end(List<RewrittenField> trailers) {
        end(HeadForms.ofTrailers(trailers));
    }

    @Override
    public @Nullable ResponseHead responseHead() {
        if (fault != null) {
            throw fault;
        }
        return heads.poll();
    }

    @Override
    public Framing framing(ResponseHead head, String method) {
        var stated = Framing.ofResponse(head, method);
        if (!(stated instanceof Framing.UntilClose)) {
            return stated;
        }
        return withoutBody ? new Framing.Length(0) : Framing.CHUNKED;
    }

    @Override
    public Incoming body(Framing framing) {
        return this;
    }

    @Override
    public boolean hasAnswered() {
        return answered;
    }

    @Override
    public boolean wasIgnored() {
        return refused || (isClosed() && (server.ignored(id) || isCancelledWith(Http2Error.REFUSED_STREAM)));
    }

    @Override
    public boolean isReusable() {
        return true;
    }

    @Override
    public void settle() {}

    /** Breaks it off unless both sides have ended it and nothing waits to be sent. */
    public void leave() {
        if (!isEnded() || !isDrained()) {
            reset(Http2Error.CANCEL);
        }
        forget();
    }
}
