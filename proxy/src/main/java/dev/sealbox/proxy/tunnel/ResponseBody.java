package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.BodyReader;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.reseal.Unpacker;
import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/**
 * The final response on its way to the client, head and body: unpacked, values resealed, framed anew where the length
 * may change. The head goes first, unless the body is held until its length is known.
 */
final class ResponseBody {
    private final ResponsePlan plan;
    private final ResponseHeads heads;
    private final ByteBufAllocator allocator;
    private final BodyReader reader;
    private final @Nullable Unpacker inflate;
    private final @Nullable Replacer replacer;
    private final ByteBuf held;

    private boolean done;

    /**
     * Sends nothing yet.
     *
     * @param maxTrailers bytes of the fields after a chunked body
     * @throws Objection when it is packed in a way that cannot be searched
     */
    ResponseBody(ResponsePlan plan, ResponseHeads heads, int maxTrailers) {
        this.plan = plan;
        this.heads = heads;
        this.allocator = heads.allocator();
        this.reader = BodyReader.of(plan.incoming(), maxTrailers);
        this.inflate = plan.packed() ? inflate(plan, allocator) : null;
        this.replacer = plan.searched() ? heads.resealer().body() : null;
        this.held = plan.measured() ? allocator.buffer() : Unpooled.EMPTY_BUFFER;
    }

    private static Unpacker inflate(ResponsePlan plan, ByteBufAllocator allocator) {
        var codings = plan.head().fields().values("content-encoding");
        var inflate = codings.size() == 1 ? Unpacker.of(codings.getFirst(), allocator) : null;
        if (inflate == null) {
            throw new Objection(Problem.unreadableCoding());
        }
        return inflate;
    }

    /** Sends the head, if it is known by now. */
    void begin(Link client) {
        if (!plan.measured()) {
            client.write(heads.last(plan, plan.framing(), false));
        }
    }

    /**
     * Moves what can be moved.
     *
     * @return whether anything was
     * @throws dev.sealbox.proxy.codec.BadMessage when the upstream's framing is broken
     * @throws Objection when it ends too early
     * @throws Unpacker.Broken when its compression is broken
     */
    boolean step(Link upstream, Link client) {
        if (done) {
            return false;
        }
        var content = content(upstream);
        if (content != null) {
            pass(replacer == null ? content : replacer.feed(content), client);
            return true;
        }
        boolean ended = reader.isComplete() || (reader.endsWithConnection() && !upstream.isOpen());
        if (ended) {
            end(client);
        }
        return ended;
    }

    private @Nullable ByteBuf content(Link upstream) {
        if (inflate == null) {
            return reader.next(upstream.inbox());
        }
        var piece = inflate.next();
        while (piece == null) {
            var packed = reader.next(upstream.inbox());
            if (packed == null) {
                return null;
            }
            inflate.feed(packed);
            piece = inflate.next();
        }
        return piece;
    }

    private void pass(ByteBuf content, Link client) {
        if (plan.measured()) {
            held.writeBytes(content);
            content.release();
        } else if (plan.framing() instanceof Framing.Chunked) {
            RequestFlow.writeChunk(content, client, allocator);
        } else {
            client.write(content);
        }
    }

    private void end(Link client) {
        if (inflate != null && !inflate.isComplete()) {
            throw new Objection(Problem.badResponse("its compression ends too early"));
        }
        if (replacer != null) {
            pass(replacer.end(), client);
        }
        if (plan.measured()) {
            boolean changed = replacer != null && replacer.replaced() > 0;
            client.write(heads.last(plan, new Framing.Length(held.readableBytes()), changed));
            client.write(held.retain());
        } else if (plan.framing() instanceof Framing.Chunked) {
            client.write(heads.lastChunk(reader.trailers()));
        }
        done = true;
    }

    /** Whether bytes are held back that may go after a moment of silence. */
    boolean mayRelease() {
        return !done && !plan.measured() && replacer != null && replacer.mayRelease();
    }

    /** Passes them on. */
    void release(Link client) {
        if (replacer != null && mayRelease() && client.canWrite()) {
            pass(replacer.releaseHeld(), client);
        }
    }

    boolean isDone() {
        return done;
    }

    /** Whether the client has been sent anything of it. */
    boolean hasBegun() {
        return done || !plan.measured();
    }

    /** Whether the client was told that its connection ends. */
    boolean closesClient() {
        return plan.closesClient();
    }

    /** Whether the upstream's connection can serve another request. */
    boolean keepsUpstream() {
        return plan.head().keepsAlive() && !reader.endsWithConnection();
    }

    void close() {
        held.release();
        if (replacer != null) {
            replacer.close();
        }
        if (inflate != null) {
            inflate.close();
        }
    }
}
