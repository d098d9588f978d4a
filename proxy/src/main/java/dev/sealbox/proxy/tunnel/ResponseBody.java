package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.reseal.Unpacker;
import dev.sealbox.proxy.stream.ClientStream;
import dev.sealbox.proxy.stream.Incoming;
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
    private final Incoming incoming;
    private final ClientStream client;
    private final @Nullable Unpacker unpacker;
    private final @Nullable Replacer replacer;
    private final ByteBuf held;

    private boolean done;

    /**
     * Sends nothing yet.
     *
     * @throws Objection when it is packed in a way that cannot be searched
     */
    ResponseBody(
            ResponsePlan plan,
            ResponseHeads heads,
            Incoming incoming,
            ClientStream client,
            ByteBufAllocator allocator) {
        this.plan = plan;
        this.heads = heads;
        this.incoming = incoming;
        this.client = client;
        this.unpacker = unpacker(plan, allocator);
        this.replacer = plan.searched() ? heads.resealer().body() : null;
        this.held = plan.measured() ? allocator.buffer() : Unpooled.EMPTY_BUFFER;
    }

    private static @Nullable Unpacker unpacker(ResponsePlan plan, ByteBufAllocator allocator) {
        if (plan.rigid() && isPacked(plan.head().fields().first("grpc-encoding"))) {
            // It was told that the client reads none.
            throw new Objection(Problem.unreadableCoding());
        }
        if (!plan.packed()) {
            return null;
        }
        var codings = plan.head().fields().values("content-encoding");
        var unpacker = codings.size() == 1 ? Unpacker.of(codings.getFirst(), allocator) : null;
        if (unpacker == null) {
            throw new Objection(Problem.unreadableCoding());
        }
        return unpacker;
    }

    private static boolean isPacked(@Nullable String coding) {
        return coding != null && !coding.equalsIgnoreCase("identity");
    }

    /** Sends the head, if it is known by now. */
    void begin() {
        if (!plan.measured()) {
            // Whether a value will be found is not known yet, and a digest that does not fit is worse than none.
            client.head(heads.last(plan, plan.framing(), plan.searched()), plan.framing(), plan.closesClient());
        }
    }

    /**
     * Moves what can be moved.
     *
     * @return whether anything was
     * @throws dev.sealbox.proxy.codec.BadMessage when the upstream's framing is broken
     * @throws Objection when it ends too early, or holds a value where none can be replaced
     * @throws Unpacker.Broken when its compression is broken
     */
    boolean step() {
        if (done) {
            return false;
        }
        var content = content();
        if (content != null) {
            pass(replacer == null ? content : resealed(replacer.feed(content), replacer));
            return true;
        }
        boolean ended = incoming.isComplete();
        if (ended) {
            end();
        }
        return ended;
    }

    private @Nullable ByteBuf content() {
        if (unpacker == null) {
            return incoming.next();
        }
        var piece = unpacker.next();
        while (piece == null) {
            var packed = incoming.next();
            if (packed == null) {
                return null;
            }
            unpacker.feed(packed);
            piece = unpacker.next();
        }
        return piece;
    }

    /** A token is longer or shorter than the value: where lengths are told inside the body, it must end instead. */
    private ByteBuf resealed(ByteBuf content, Replacer by) {
        if (plan.rigid() && by.replaced() > 0) {
            content.release();
            throw new Objection(Problem.valueInMessage());
        }
        return content;
    }

    private void pass(ByteBuf content) {
        if (plan.measured()) {
            held.writeBytes(content);
            content.release();
        } else {
            client.content(content);
        }
    }

    private void end() {
        if (unpacker != null && !unpacker.isComplete()) {
            throw new Objection(Problem.badResponse("its compression ends too early"));
        }
        if (replacer != null) {
            pass(resealed(replacer.end(), replacer));
        }
        boolean differs = plan.packed() || (replacer != null && replacer.replaced() > 0);
        if (plan.measured()) {
            var framing = new Framing.Length(held.readableBytes());
            client.head(heads.last(plan, framing, differs), framing, plan.closesClient());
            client.content(held.retain());
        }
        client.end(heads.trailers(incoming.trailers(), differs));
        done = true;
    }

    /** Whether bytes are held back that may go after a moment of silence. */
    boolean mayRelease() {
        return !done && !plan.measured() && replacer != null && replacer.mayRelease();
    }

    /** Passes them on. */
    void release() {
        if (replacer != null && mayRelease() && client.canWrite()) {
            pass(replacer.releaseHeld());
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

    void close() {
        held.release();
        if (replacer != null) {
            replacer.close();
        }
        if (unpacker != null) {
            unpacker.close();
        }
    }
}
