package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.BodyReader;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.Heads;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.rewrite.Form;
import dev.sealbox.proxy.rewrite.RequestRewriter;
import dev.sealbox.proxy.rewrite.Substitutions;
import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to the upstream: head, then body, tokens replaced. A small body is held until its new length is
 * known; a larger one that may change goes in chunks; one that cannot change keeps its framing.
 */
final class RequestFlow {
    private final RequestRewriter rewriter;
    private final Substitutions substitutions;
    private final ByteBufAllocator allocator;
    private final BodyReader body;
    private final Framing framing;
    private final boolean measured;
    private final @Nullable Replacer replacer;
    /** Head and, if measured, body; kept until a response begins, for a repeat on a fresh connection. */
    private final ByteBuf head;

    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private State state = State.HEAD;

    private enum State {
        HEAD,
        AGAIN,
        BODY,
        DONE
    }

    /**
     * @param fields what is sent, without framing
     *
     * @throws Replacer.Forbidden when a value must not stand in a header
     */
    RequestFlow(
            RequestHead request,
            String target,
            Fields fields,
            Framing framing,
            Substitutions substitutions,
            RequestRewriter rewriter,
            Limits limits,
            ByteBufAllocator allocator) {
        this.rewriter = rewriter;
        this.substitutions = substitutions;
        this.allocator = allocator;
        this.body = BodyReader.of(framing, limits.maxHead());
        boolean mayChange = !substitutions.isEmpty() && !(framing instanceof Framing.None) && isPlain(request.fields());
        this.replacer = mayChange
                ? new Replacer(
                        substitutions.as(Form.ofBody(request.fields().first("content-type"))),
                        allocator,
                        substitutions.growth())
                : null;
        this.measured = mayChange && framing instanceof Framing.Length(var bytes) && bytes <= limits.measuredBody();
        this.framing = mayChange && !measured ? Framing.CHUNKED : framing;
        this.head = rewriter.head(request, target, fields, substitutions, allocator);
    }

    private static boolean isPlain(Fields fields) {
        var coding = fields.first("content-encoding");
        return coding == null || coding.equalsIgnoreCase("identity");
    }

    /**
     * Moves what can be moved.
     *
     * @return whether anything was
     * @throws dev.sealbox.proxy.codec.BadMessage when the client's framing is broken
     */
    boolean step(Link client, Link upstream) {
        return switch (state) {
            case HEAD -> measured ? measure(client, upstream) : sendHead(upstream);
            case AGAIN -> {
                upstream.write(head.retainedDuplicate());
                state = State.DONE;
                yield true;
            }
            case BODY -> sendBody(client, upstream);
            case DONE -> false;
        };
    }

    private boolean sendHead(Link upstream) {
        Heads.framing(head, framing);
        Heads.end(head);
        upstream.write(head.retainedDuplicate());
        state = body.isComplete() ? State.DONE : State.BODY;
        return true;
    }

    private boolean measure(Link client, Link upstream) {
        boolean moved = collect(client);
        if (!body.isComplete()) {
            return moved;
        }
        hold(replacer().end());
        Heads.framing(head, new Framing.Length(held.readableBytes()));
        Heads.end(head);
        head.writeBytes(held);
        held.release();
        held = Unpooled.EMPTY_BUFFER;
        upstream.write(head.retainedDuplicate());
        state = State.DONE;
        return true;
    }

    private boolean collect(Link client) {
        var content = body.next(client.inbox());
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

    private Replacer replacer() {
        if (replacer == null) {
            throw new IllegalStateException("nothing to replace");
        }
        return replacer;
    }

    private boolean sendBody(Link client, Link upstream) {
        if (!upstream.canWrite()) {
            return false;
        }
        var content = body.next(client.inbox());
        if (content != null) {
            write(replacer == null ? content : replacer.feed(content), upstream);
            return true;
        }
        if (!body.isComplete()) {
            return false;
        }
        end(upstream);
        return true;
    }

    private void end(Link upstream) {
        if (replacer != null) {
            write(replacer.end(), upstream);
        }
        if (framing instanceof Framing.Chunked) {
            var last = allocator.buffer();
            upstream.write(trailers(last));
        }
        state = State.DONE;
    }

    private ByteBuf trailers(ByteBuf out) {
        try {
            Heads.lastChunk(out);
            rewriter.fields(
                    out,
                    body.trailers()
                            .without("content-length", "transfer-encoding", "host")
                            .endToEnd(),
                    substitutions,
                    allocator);
            Heads.end(out);
            return out;
        } catch (RuntimeException e) {
            out.release();
            throw e;
        }
    }

    private void write(ByteBuf content, Link upstream) {
        if (framing instanceof Framing.Chunked) {
            writeChunk(content, upstream, allocator);
        } else {
            upstream.write(content);
        }
    }

    /** One chunk around {@code content}; none around nothing, since that would be the last. */
    static void writeChunk(ByteBuf content, Link link, ByteBufAllocator allocator) {
        if (!content.isReadable()) {
            content.release();
            return;
        }
        var size = allocator.buffer(16);
        Heads.chunkSize(size, content.readableBytes());
        link.write(size);
        link.write(content);
        link.write(Unpooled.wrappedBuffer(new byte[] {'\r', '\n'}));
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
        head.release();
        held.release();
        if (replacer != null) {
            replacer.close();
        }
    }
}
