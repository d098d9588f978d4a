package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.reseal.Resealer;
import dev.sealbox.proxy.reseal.Unpacker;
import dev.sealbox.proxy.stream.ClientStream;
import dev.sealbox.proxy.stream.UpstreamStream;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** One response on its way to the client: interim ones, then the final one or a change of protocol. */
final class ResponseFlow {
    private static final int MAX_INTERIM = 16;

    private final RequestHead request;
    private final ClientStream client;
    private final boolean mayUpgrade;
    private final Limits limits;
    private final ResponseHeads heads;
    private final ByteBufAllocator allocator;

    private int interim;
    private boolean upgraded;
    private @Nullable ResponseBody body;

    ResponseFlow(
            RequestHead request,
            ClientStream client,
            Resealer resealer,
            boolean mayUpgrade,
            Limits limits,
            ByteBufAllocator allocator) {
        this.request = request;
        this.client = client;
        this.mayUpgrade = mayUpgrade;
        this.limits = limits;
        this.heads = new ResponseHeads(resealer);
        this.allocator = allocator;
    }

    /**
     * Moves what can be moved.
     *
     * @param mayKeep whether the client's connection may be used for a next request
     * @return whether anything was
     * @throws dev.sealbox.proxy.codec.BadMessage when the upstream's framing is broken
     * @throws Objection when the response cannot be passed on
     * @throws Unpacker.Broken when its compression is broken
     */
    boolean step(UpstreamStream upstream, boolean mayKeep) {
        if (upgraded || !client.canWrite()) {
            return false;
        }
        return body == null ? readHead(upstream, mayKeep) : body.step();
    }

    private boolean readHead(UpstreamStream upstream, boolean mayKeep) {
        var head = upstream.responseHead();
        if (head == null) {
            return false;
        }
        if (head.isInterim()) {
            passInterim(head);
        } else if (head.status() == 101) {
            passUpgrade(head);
        } else {
            begin(head, upstream, mayKeep);
        }
        return true;
    }

    /** 100 answers an expectation that was answered here already; others are passed on to clients that know them. */
    private void passInterim(ResponseHead head) {
        if (++interim > MAX_INTERIM) {
            throw new Objection(Problem.badResponse("too many interim responses"));
        }
        if (head.status() != 100 && !request.http10()) {
            client.interim(heads.bare(
                    head, head.fields().endToEnd().without("content-length", "transfer-encoding", "alt-svc")));
        }
    }

    private void passUpgrade(ResponseHead head) {
        if (!mayUpgrade || !head.fields().lists("upgrade", "websocket")) {
            throw new Objection(Problem.badResponse("it changes the protocol unasked"));
        }
        client.interim(heads.bare(head, head.fields()));
        upgraded = true;
    }

    private void begin(ResponseHead head, UpstreamStream upstream, boolean mayKeep) {
        boolean searching = !heads.resealer().isEmpty();
        var framing = upstream.framing(head, request.method());
        var plan = ResponsePlan.of(request, head, framing, searching, limits.measuredBody(), mayKeep);
        var begun = new ResponseBody(plan, heads, upstream.body(framing), client, allocator);
        body = begun;
        begun.begin();
    }

    /** Whether bytes are held back that may go after a moment of silence. */
    boolean mayRelease() {
        return body != null && body.mayRelease();
    }

    /** Passes them on. */
    void release() {
        if (body != null) {
            body.release();
        }
    }

    /** Whether the client has been sent anything of the final response. */
    boolean hasBegun() {
        return upgraded || (body != null && body.hasBegun());
    }

    /** Whether the upstream's answer has been taken notice of. */
    boolean hasArrived() {
        return upgraded || body != null || interim > 0;
    }

    boolean isDone() {
        return upgraded || (body != null && body.isDone());
    }

    /** Whether the protocol has changed: no body follows, and no other response. */
    boolean isUpgrade() {
        return upgraded;
    }

    /** Whether the client was told that its connection ends. */
    boolean closesClient() {
        return body != null && body.closesClient();
    }

    void close() {
        if (body != null) {
            body.close();
        }
    }
}
