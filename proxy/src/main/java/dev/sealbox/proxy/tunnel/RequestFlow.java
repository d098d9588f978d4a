package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.rewrite.Form;
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
 * known; a larger one that may change goes on without a length; one that cannot change keeps its framing.
 */
final class RequestFlow {
    private final RequestRewriter rewriter;
    private final Substitutions substitutions;
    private final ByteBufAllocator allocator;
    private final RewrittenHead head;
    private final Incoming body;
    private final Framing framing;
    private final boolean measured;
    private final @Nullable Replacer replacer;

    /** A measured body; kept until a response begins, for a repeat on a fresh connection. */
    private ByteBuf held = Unpooled.EMPTY_BUFFER;

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
     * @param contentType of the body
     * @param plain whether the body is not compressed
     */
    RequestFlow(
            RewrittenHead head,
            ClientStream client,
            @Nullable String contentType,
            boolean plain,
            Substitutions substitutions,
            RequestRewriter rewriter,
            Limits limits,
            ByteBufAllocator allocator) {
        var incoming = client.framing();
        this.rewriter = rewriter;
        this.substitutions = substitutions;
        this.allocator = allocator;
        this.head = head;
        this.body = client.body();
        boolean mayChange = plain
                && !substitutions.isEmpty()
                && !(incoming instanceof Framing.None)
                && !Form.holdsLengths(contentType);
        this.replacer = mayChange
                ? new Replacer(substitutions.as(Form.ofBody(contentType)), allocator, substitutions.growth())
                : null;
        this.measured = mayChange && incoming instanceof Framing.Length(var bytes) && bytes <= limits.measuredBody();
        this.framing = mayChange && !measured ? Framing.CHUNKED : incoming;
    }

    /**
     * Moves what can be moved.
     *
     * @return whether anything was
     * @throws dev.sealbox.proxy.codec.BadMessage when the client's framing is broken
     */
    boolean step(UpstreamStream upstream) {
        return switch (state) {
            case HEAD -> measured ? measure(upstream) : sendHead(upstream);
            case AGAIN -> {
                sendWhole(upstream);
                yield true;
            }
            case BODY -> sendBody(upstream);
            case DONE -> false;
        };
    }

    private boolean sendHead(UpstreamStream upstream) {
        upstream.head(head, framing);
        state = framing instanceof Framing.None || framing.equals(new Framing.Length(0)) ? State.DONE : State.BODY;
        return true;
    }

    private boolean measure(UpstreamStream upstream) {
        boolean moved = collect();
        if (!body.isComplete()) {
            return moved;
        }
        hold(replacer().end());
        sendWhole(upstream);
        return true;
    }

    private boolean collect() {
        var content = body.next();
        if (content == null) {
            return false;
        }
        hold(replacer().feed(content));
        return true;
    }

    private void hold(ByteBuf more) {
        if (held.maxCapacity() == 0) {
            held = allocator.buffer(Math.max(256, more.readableBytes()));
        }
        held.writeBytes(more);
        more.release();
    }

    /** Head and, if measured, body. */
    private void sendWhole(UpstreamStream upstream) {
        upstream.head(head, measured ? new Framing.Length(held.readableBytes()) : framing);
        if (held.isReadable()) {
            upstream.content(held.retainedDuplicate());
            upstream.end(trailers());
        }
        state = State.DONE;
    }

    private Replacer replacer() {
        if (replacer == null) {
            throw new IllegalStateException("nothing to replace");
        }
        return replacer;
    }

    private boolean sendBody(UpstreamStream upstream) {
        if (!upstream.canWrite()) {
            return false;
        }
        var content = body.next();
        if (content != null) {
            upstream.content(replacer == null ? content : replacer.feed(content));
            return true;
        }
        if (!body.isComplete()) {
            return false;
        }
        end(upstream);
        return true;
    }

    private void end(UpstreamStream upstream) {
        if (replacer != null) {
            upstream.content(replacer.end());
        }
        upstream.end(trailers());
        state = State.DONE;
    }

    private List<RewrittenField> trailers() {
        var fields = body.trailers()
                .without("content-length", "transfer-encoding", "host")
                .endToEnd();
        return rewriter.fields(fields, substitutions, allocator);
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
        return (state == State.DONE && (measured || framing instanceof Framing.None)) || state == State.HEAD;
    }

    /** Begins again, on another connection; only if {@link #canRepeat}. */
    void unsend() {
        state = state == State.DONE ? State.AGAIN : state;
    }

    void close() {
        head.wipe();
        held.release();
        if (replacer != null) {
            replacer.close();
        }
    }
}
