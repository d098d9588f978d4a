package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.HeadReader;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.reseal.Resealer;
import dev.sealbox.proxy.reseal.Unpacker;
import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** One response on its way to the client: interim ones, then the final one or a change of protocol. */
final class ResponseFlow {
    private static final int MAX_INTERIM = 16;

    private final RequestHead request;
    private final boolean mayUpgrade;
    private final Limits limits;
    private final HeadReader incoming;
    private final ResponseHeads heads;

    private int interim;
    private boolean upgraded;
    private @Nullable ResponseBody body;

    ResponseFlow(
            RequestHead request, Resealer resealer, boolean mayUpgrade, Limits limits, ByteBufAllocator allocator) {
        this.request = request;
        this.mayUpgrade = mayUpgrade;
        this.limits = limits;
        this.incoming = new HeadReader(limits.maxHead());
        this.heads = new ResponseHeads(resealer, allocator);
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
    boolean step(Link upstream, Link client, boolean mayKeep) {
        if (upgraded || !client.canWrite()) {
            return false;
        }
        return body == null ? readHead(upstream, client, mayKeep) : body.step(upstream, client);
    }

    private boolean readHead(Link upstream, Link client, boolean mayKeep) {
        var head = incoming.response(upstream.inbox());
        if (head == null) {
            return false;
        }
        if (head.isInterim()) {
            passInterim(head, client);
        } else if (head.status() == 101) {
            passUpgrade(head, client);
        } else {
            begin(head, client, mayKeep);
        }
        return true;
    }

    /** 100 answers an expectation that was answered here already; others are passed on to clients that know them. */
    private void passInterim(ResponseHead head, Link client) {
        if (++interim > MAX_INTERIM) {
            throw new Objection(Problem.badResponse("too many interim responses"));
        }
        if (head.status() != 100 && !request.http10()) {
            client.write(heads.bare(head, head.fields().endToEnd().without("content-length", "transfer-encoding")));
        }
    }

    private void passUpgrade(ResponseHead head, Link client) {
        if (!mayUpgrade) {
            throw new Objection(Problem.badResponse("it changes the protocol unasked"));
        }
        client.write(heads.bare(head, head.fields()));
        upgraded = true;
    }

    private void begin(ResponseHead head, Link client, boolean mayKeep) {
        boolean searching = !heads.resealer().isEmpty();
        var plan = ResponsePlan.of(request, head, searching, limits.measuredBody(), mayKeep);
        var begun = new ResponseBody(plan, heads, limits.maxHead());
        body = begun;
        begun.begin(client);
    }

    /** Whether bytes are held back that may go after a moment of silence. */
    boolean mayRelease() {
        return body != null && body.mayRelease();
    }

    /** Passes them on. */
    void release(Link client) {
        if (body != null) {
            body.release(client);
        }
    }

    /** Whether the client has been sent anything of the final response. */
    boolean hasBegun() {
        return upgraded || (body != null && body.hasBegun());
    }

    /** Whether the upstream has sent anything. */
    boolean hasArrived() {
        return upgraded || body != null || interim > 0 || incoming.hasBegun();
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

    /** Whether the upstream's connection can serve another request. */
    boolean keepsUpstream() {
        return body != null && body.keepsUpstream();
    }

    void close() {
        if (body != null) {
            body.close();
        }
    }
}
