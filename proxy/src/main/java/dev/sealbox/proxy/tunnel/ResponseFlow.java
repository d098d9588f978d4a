package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.BodyReader;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.HeadReader;
import dev.sealbox.proxy.codec.Heads;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.reseal.Inflate;
import dev.sealbox.proxy.reseal.Resealer;
import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One response on its way to the client: interim ones, head, body; values resealed, whatever they are packed in. The
 * framing changes only where the length may.
 */
final class ResponseFlow {
    private static final int MAX_INTERIM = 16;

    private final RequestHead request;
    private final Resealer resealer;
    private final Limits limits;
    private final ByteBufAllocator allocator;
    private final HeadReader heads;
    private final boolean mayUpgrade;

    private State state = State.HEAD;
    private int interim;
    private @Nullable Body body;

    private enum State {
        HEAD,
        BODY,
        DONE
    }

    /** The upstream's response cannot be passed on. */
    static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        Unusable(Problem problem) {
            super(problem.code(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    /** All that is known once the head has come. */
    private record Body(
            ResponseHead head,
            BodyReader reader,
            Framing framing,
            boolean measured,
            @Nullable Replacer replacer,
            @Nullable Inflate inflate,
            ByteBuf held,
            boolean closesClient) {}

    ResponseFlow(
            RequestHead request, Resealer resealer, boolean mayUpgrade, Limits limits, ByteBufAllocator allocator) {
        this.request = request;
        this.resealer = resealer;
        this.mayUpgrade = mayUpgrade;
        this.limits = limits;
        this.allocator = allocator;
        this.heads = new HeadReader(limits.maxHead());
    }

    /**
     * Moves what can be moved.
     *
     * @param mayKeep whether the client's connection may be used for a next request
     * @return whether anything was
     * @throws dev.sealbox.proxy.codec.BadMessage when the upstream's framing is broken
     * @throws Unusable when the response cannot be searched
     * @throws Inflate.Broken when its compression is broken
     */
    boolean step(Link upstream, Link client, boolean mayKeep) {
        if (!client.canWrite()) {
            return false;
        }
        return switch (state) {
            case HEAD -> readHead(upstream, client, mayKeep);
            case BODY -> sendBody(upstream, client);
            case DONE -> false;
        };
    }

    private boolean readHead(Link upstream, Link client, boolean mayKeep) {
        var head = heads.response(upstream.inbox());
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
            throw new Unusable(Problem.badResponse("too many interim responses"));
        }
        if (head.status() != 100 && !request.http10()) {
            client.write(head(head, head.fields().endToEnd().without("content-length", "transfer-encoding")));
        }
    }

    private void passUpgrade(ResponseHead head, Link client) {
        if (!mayUpgrade) {
            throw new Unusable(Problem.badResponse("it changes the protocol unasked"));
        }
        client.write(head(head, head.fields()));
        body = plan(head, Framing.NONE, false);
        state = State.DONE;
    }

    private ByteBuf head(ResponseHead head, Fields fields) {
        var out = allocator.buffer(1024);
        statusLine(head, out);
        resealer.fields(out, fields);
        Heads.end(out);
        return out;
    }

    private void statusLine(ResponseHead head, ByteBuf out) {
        out.writeCharSequence("HTTP/1.1 " + head.status() + " ", StandardCharsets.US_ASCII);
        resealer.text(out, head.reason());
        out.writeByte('\r').writeByte('\n');
    }

    private void begin(ResponseHead head, Link client, boolean mayKeep) {
        var framing = Framing.ofResponse(head, request.method());
        var plan = plan(head, framing, mayKeep);
        body = plan;
        state = State.BODY;
        if (!plan.measured()) {
            client.write(finalHead(plan, plan.framing()));
        }
    }

    private Body plan(ResponseHead head, Framing framing, boolean mayKeep) {
        var reader = BodyReader.of(framing, limits.maxHead());
        boolean hasBody = !(framing instanceof Framing.None) && !framing.equals(new Framing.Length(0));
        boolean searched = hasBody && !resealer.isEmpty();
        var inflate = searched ? inflate(head) : null;
        boolean measured = searched
                && inflate == null
                && framing instanceof Framing.Length(var bytes)
                && bytes <= limits.measuredBody();
        boolean open = framing instanceof Framing.UntilClose || framing instanceof Framing.Chunked || searched;
        var towardsClient = measured || !open ? framing : request.http10() ? Framing.UNTIL_CLOSE : Framing.CHUNKED;
        return new Body(
                head,
                reader,
                hasBody ? towardsClient : framing,
                measured,
                searched ? resealer.body() : null,
                inflate,
                measured ? allocator.buffer() : Unpooled.EMPTY_BUFFER,
                !mayKeep || (hasBody && towardsClient instanceof Framing.UntilClose));
    }

    private @Nullable Inflate inflate(ResponseHead head) {
        var codings = head.fields().values("content-encoding");
        if (codings.isEmpty() || (codings.size() == 1 && codings.getFirst().equalsIgnoreCase("identity"))) {
            return null;
        }
        var inflate = codings.size() == 1 ? Inflate.of(codings.getFirst(), allocator) : null;
        if (inflate == null) {
            throw new Unusable(Problem.unreadableCoding());
        }
        return inflate;
    }

    private ByteBuf finalHead(Body plan, Framing framing) {
        var head = plan.head();
        // Without a body (HEAD, 304) the length is about another response and stays as it is.
        var fields = head.fields().endToEnd().without("transfer-encoding", "alt-svc");
        boolean bodiless = framing instanceof Framing.None;
        fields = bodiless ? fields : fields.without("content-length");
        fields = plan.inflate() == null ? fields : fields.without("content-encoding", "accept-ranges");
        boolean changed = plan.replacer() != null && plan.replacer().replaced() > 0;
        fields = changed || plan.inflate() != null
                ? fields.without("content-md5", "digest", "content-digest", "repr-digest")
                : fields;
        var out = allocator.buffer(1024);
        statusLine(head, out);
        resealer.fields(out, fields);
        Heads.framing(out, framing);
        if (plan.closesClient()) {
            Heads.line(out, "Connection: close");
        }
        Heads.end(out);
        return out;
    }

    private boolean sendBody(Link upstream, Link client) {
        var plan = body();
        var content = content(plan, upstream);
        if (content != null) {
            pass(plan, plan.replacer() == null ? content : plan.replacer().feed(content), client);
            return true;
        }
        boolean ended = plan.reader().isComplete() || (plan.reader().endsWithConnection() && !upstream.isOpen());
        if (!ended) {
            return false;
        }
        end(plan, client);
        return true;
    }

    private static @Nullable ByteBuf content(Body plan, Link upstream) {
        var inflate = plan.inflate();
        if (inflate == null) {
            return plan.reader().next(upstream.inbox());
        }
        var piece = inflate.next();
        while (piece == null) {
            var packed = plan.reader().next(upstream.inbox());
            if (packed == null) {
                return null;
            }
            inflate.feed(packed);
            piece = inflate.next();
        }
        return piece;
    }

    private void pass(Body plan, ByteBuf content, Link client) {
        if (plan.measured()) {
            plan.held().writeBytes(content);
            content.release();
        } else if (plan.framing() instanceof Framing.Chunked) {
            RequestFlow.writeChunk(content, client, allocator);
        } else {
            client.write(content);
        }
    }

    private void end(Body plan, Link client) {
        if (plan.inflate() != null && !plan.inflate().isComplete()) {
            throw new Unusable(Problem.badResponse("its compression ends too early"));
        }
        if (plan.replacer() != null) {
            pass(plan, plan.replacer().end(), client);
        }
        if (plan.measured()) {
            client.write(finalHead(plan, new Framing.Length(plan.held().readableBytes())));
            client.write(plan.held().retain());
        } else if (plan.framing() instanceof Framing.Chunked) {
            var last = allocator.buffer();
            Heads.lastChunk(last);
            resealer.fields(
                    last,
                    plan.reader()
                            .trailers()
                            .without("content-length", "transfer-encoding")
                            .endToEnd());
            Heads.end(last);
            client.write(last);
        }
        state = State.DONE;
    }

    private Body body() {
        if (body == null) {
            throw new IllegalStateException("no head yet");
        }
        return body;
    }

    /** Whether bytes are held back that may go after a moment of silence. */
    boolean mayRelease() {
        var replacer = body == null || body.measured() ? null : body.replacer();
        return state == State.BODY && replacer != null && replacer.mayRelease();
    }

    /** Passes them on. */
    void release(Link client) {
        var replacer = body == null ? null : body.replacer();
        if (replacer != null && mayRelease() && client.canWrite()) {
            pass(body(), replacer.releaseHeld(), client);
        }
    }

    /** Whether the client has been sent anything of the final response. */
    boolean hasBegun() {
        return state == State.DONE || (state == State.BODY && !body().measured());
    }

    /** Whether the upstream has sent anything. */
    boolean hasArrived() {
        return state != State.HEAD || interim > 0 || heads.hasBegun();
    }

    boolean isDone() {
        return state == State.DONE;
    }

    boolean isUpgrade() {
        return isDone() && body().head().status() == 101;
    }

    /** Whether the client was told that its connection ends. */
    boolean closesClient() {
        return body().closesClient();
    }

    /** Whether the upstream's connection can serve another request. */
    boolean keepsUpstream() {
        return body().head().keepsAlive() && !body().reader().endsWithConnection();
    }

    void close() {
        if (body != null) {
            body.held().release();
            if (body.replacer() != null) {
                body.replacer().close();
            }
            if (body.inflate() != null) {
                body.inflate().close();
            }
        }
    }
}
