package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.Location;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.match.Transformer;
import dev.sealbox.proxy.reseal.Unpacker;
import dev.sealbox.proxy.rewrite.RequestRewriter;
import dev.sealbox.proxy.rewrite.RewrittenField;
import dev.sealbox.proxy.rewrite.RewrittenHead;
import dev.sealbox.proxy.rewrite.Substitutions;
import dev.sealbox.proxy.stream.ClientStream;
import dev.sealbox.proxy.stream.Incoming;
import dev.sealbox.proxy.stream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to the upstream: head, then body, tokens replaced. A small body is held until its new length is
 * known; a larger one that may change goes on without a length; one that cannot change keeps its framing, and is only
 * searched for tokens that must not pass. A compressed
 * body goes on unpacked, except a small one without a token: that stays as it came.
 */
final class RequestFlow {
    private final RequestRewriter rewriter;
    private final Substitutions substitutions;
    private final ByteBufAllocator allocator;
    private final RewrittenHead head;
    private final Incoming body;
    private final RequestPlan plan;
    private final Transformer transformer;
    private final int ratio;

    /** A measured body; kept until a response begins, for a repeat on a fresh connection. */
    private ByteBuf held = Unpooled.EMPTY_BUFFER;

    private @Nullable UnpackedBody unpacked;
    private State state = State.HEAD;

    private enum State {
        HEAD,
        AGAIN,
        BODY,
        DONE
    }

    /**
     * Sends nothing yet.
     *
     * @param head what is sent first
     * @param fields the request's, as they came
     * @param unseen is told if its body goes on without having been looked through
     */
    RequestFlow(
            RewrittenHead head,
            ClientStream client,
            Fields fields,
            Substitutions substitutions,
            RequestRewriter rewriter,
            Limits limits,
            Runnable unseen,
            ByteBufAllocator allocator) {
        this.rewriter = rewriter;
        this.substitutions = substitutions;
        this.allocator = allocator;
        this.head = head;
        this.body = client.body();
        this.ratio = limits.unpackRatio();
        this.plan = RequestPlan.of(
                fields, client.framing(), () -> substitutions.reach(Location.BODY), limits.measuredBody());
        this.transformer = transformer(fields.first("content-type"), unseen);
    }

    private Transformer transformer(@Nullable String contentType, Runnable unseen) {
        if (plan.searched()) {
            return rewriter.body(contentType, substitutions, allocator);
        }
        if (plan.aside().isPresent()) {
            var search = rewriter.body(contentType, substitutions, allocator);
            return new Aside(unpacker(plan.aside().get()), search, ratio, unseen);
        }
        return plan.reading() == RequestPlan.Reading.MEANT
                ? Transformer.UNCHANGED
                : rewriter.watch(substitutions, allocator);
    }

    /**
     * Moves what can be moved.
     *
     * @return whether anything was
     * @throws dev.sealbox.proxy.codec.BadMessage when the client's framing, a part or the compression is broken
     */
    boolean step(UpstreamStream upstream) {
        return switch (state) {
            case HEAD -> plan.measured() ? measure(upstream) : sendHead(upstream);
            case AGAIN -> {
                sendWhole(upstream);
                yield true;
            }
            case BODY -> sendBody(upstream);
            case DONE -> false;
        };
    }

    private boolean sendHead(UpstreamStream upstream) {
        var framing = plan.framing();
        plan.coding().ifPresent(coding -> unpacked = unpacked(coding, body));
        upstream.head(unpacked == null ? head : head.without("content-encoding"), framing);
        state = framing instanceof Framing.None || framing.equals(new Framing.Length(0)) ? State.DONE : State.BODY;
        return true;
    }

    private boolean measure(UpstreamStream upstream) {
        boolean moved = collect();
        if (!body.isComplete()) {
            return moved;
        }
        if (plan.coding().isEmpty()) {
            hold(transformer.end());
            sendWhole(upstream);
        } else if (holdsToken(plan.coding().get())) {
            sendUnpacked(upstream, plan.coding().get());
        } else {
            sendWhole(upstream);
        }
        return true;
    }

    private boolean collect() {
        var content = body.next();
        if (content == null) {
            return false;
        }
        hold(plan.coding().isEmpty() ? transformer.feed(content) : content);
        return true;
    }

    private void hold(ByteBuf more) {
        if (held.maxCapacity() == 0) {
            held = allocator.buffer(Math.max(256, more.readableBytes()));
        }
        held.writeBytes(more);
        more.release();
    }

    private boolean holdsToken(String coding) {
        try (var content = unpacked(coding, new WholeBody(held, Fields.NONE))) {
            return rewriter.looksSealed(content::next, allocator);
        }
    }

    private void sendUnpacked(UpstreamStream upstream, String coding) {
        unpacked = unpacked(coding, new WholeBody(held, body.trailers()));
        upstream.head(head.without("content-encoding"), Framing.CHUNKED);
        state = State.BODY;
    }

    private UnpackedBody unpacked(String coding, Incoming packed) {
        return new UnpackedBody(packed, unpacker(coding), ratio);
    }

    private Unpacker unpacker(String coding) {
        var unpacker = Unpacker.of(coding, allocator);
        if (unpacker == null) {
            throw new IllegalStateException("no such coding");
        }
        return unpacker;
    }

    /** Head and, if measured, body. */
    private void sendWhole(UpstreamStream upstream) {
        upstream.head(head, plan.measured() ? new Framing.Length(held.readableBytes()) : plan.framing());
        if (held.isReadable()) {
            upstream.content(held.retainedDuplicate());
            upstream.end(trailers());
        }
        state = State.DONE;
    }

    private boolean sendBody(UpstreamStream upstream) {
        if (!upstream.canWrite()) {
            return false;
        }
        var from = unpacked == null ? body : unpacked;
        var content = from.next();
        if (content != null) {
            upstream.content(transformer.feed(content));
            return true;
        }
        if (!from.isComplete()) {
            return false;
        }
        end(upstream);
        return true;
    }

    private void end(UpstreamStream upstream) {
        upstream.content(transformer.end());
        upstream.end(trailers());
        state = State.DONE;
    }

    private List<RewrittenField> trailers() {
        var fields = body.trailers()
                .without("content-length", "transfer-encoding", "host")
                .endToEnd();
        return rewriter.fields(fields, substitutions, allocator);
    }

    /** Whether its body may hold tokens that nobody here can see. */
    boolean isUnreadable() {
        return plan.reading() == RequestPlan.Reading.PACKED;
    }

    /** Whether the client has sent all of it. */
    boolean isRead() {
        return body.isComplete();
    }

    /** Whether all of it is on its way. */
    boolean isDone() {
        return state == State.DONE;
    }

    /** Whether all that was sent so far is still here. */
    boolean canRepeat() {
        boolean whole = unpacked == null && (plan.measured() || plan.framing() instanceof Framing.None);
        return (state == State.DONE && whole) || state == State.HEAD;
    }

    /** Begins again, on another connection; only if {@link #canRepeat}. */
    void unsend() {
        state = state == State.DONE ? State.AGAIN : state;
    }

    void close() {
        head.wipe();
        held.release();
        transformer.close();
        if (unpacked != null) {
            unpacked.close();
        }
    }
}
