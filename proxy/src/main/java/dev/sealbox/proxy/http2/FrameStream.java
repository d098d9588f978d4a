package dev.sealbox.proxy.http2;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.stream.Incoming;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a connection: what came in on it and waits, and a way out. The other side may send no more than its
 * window until what waits is taken. Belongs to its event loop.
 */
abstract class FrameStream implements Incoming {
    /** Bytes; a smaller piece is copied, so that it does not keep the large buffer that it came in. */
    private static final int SMALL = 1024;

    private static final long NOT_CANCELLED = -1;

    private final Wire wire;

    private @Nullable Http2Stream stream;
    private @Nullable ChannelFuture lastWrite;
    private ByteBuf inbox = Unpooled.EMPTY_BUFFER;
    private Fields trailers = Fields.NONE;
    private long cancelled = NOT_CANCELLED;
    private long lastActive = System.nanoTime();
    private boolean ended;
    private boolean finished;
    private boolean closed;

    FrameStream(Wire wire) {
        this.wire = wire;
    }

    /** Called when anything has happened. */
    abstract void wake();

    final Wire wire() {
        return wire;
    }

    /** From now on it goes with that stream of the codec. */
    final void begin(Http2Stream begun) {
        stream = begun;
        wire.bind(begun, this);
    }

    final void received(ByteBuf data, boolean last) {
        if (data.isReadable()) {
            var alloc = wire.context().alloc();
            var piece = data.readableBytes() < SMALL
                    ? alloc.buffer(data.readableBytes()).writeBytes(data)
                    : data.retain();
            inbox = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(alloc, inbox, piece);
        }
        moved(last);
    }

    final void received(Fields fields) {
        trailers = fields;
        moved(true);
    }

    /** Something came in, perhaps the last. */
    final void moved(boolean last) {
        ended |= last;
        writable();
    }

    final void writable() {
        lastActive = System.nanoTime();
        wake();
    }

    final void cancelled(long code) {
        cancelled = code;
    }

    final void closed() {
        closed = true;
        wake();
    }

    @Override
    public final @Nullable ByteBuf next() {
        if (!inbox.isReadable()) {
            return null;
        }
        var piece = inbox;
        inbox = Unpooled.EMPTY_BUFFER;
        if (stream != null) {
            wire.consumed(stream, piece.readableBytes());
        }
        return piece;
    }

    @Override
    public final boolean isComplete() {
        return ended && !inbox.isReadable();
    }

    @Override
    public final Fields trailers() {
        return trailers;
    }

    /** Whether the other side has sent its last. */
    final boolean isEnded() {
        return ended;
    }

    /** Whether neither side can send any more. */
    public final boolean isClosed() {
        return closed;
    }

    /** Whether the other side broke it off. */
    public final boolean isCancelled() {
        return cancelled != NOT_CANCELLED;
    }

    /** With what code the other side broke it off. */
    final boolean isCancelledWith(Http2Error error) {
        return cancelled == error.code();
    }

    public final boolean canWrite() {
        return !closed && stream != null && wire.canWrite(stream);
    }

    public final long lastActive() {
        return lastActive;
    }

    final void writeHead(int id, Http2Headers headers, boolean last) {
        finished |= last;
        var context = wire.context();
        written(wire.encoder().writeHeaders(context, id, headers, 0, last, context.newPromise()), last);
    }

    /** Writes a piece of the body and takes it over. */
    public final void content(ByteBuf content) {
        if (stream == null || closed || finished || !content.isReadable()) {
            content.release();
            return;
        }
        write(stream, content, false);
    }

    private void write(Http2Stream to, ByteBuf content, boolean last) {
        finished |= last;
        var context = wire.context();
        written(wire.encoder().writeData(context, to.id(), content, 0, last, context.newPromise()), last);
    }

    private void written(ChannelFuture write, boolean last) {
        lastWrite = write;
        wire.flushSoon();
        if (last) {
            whenWritten(this::writable);
        }
    }

    /** Ends the body, with trailers if there are any. */
    final void end(Http2Headers fields) {
        if (stream == null || closed || finished) {
            return;
        }
        if (fields.isEmpty()) {
            write(stream, Unpooled.EMPTY_BUFFER, true);
        } else {
            writeHead(stream.id(), fields, true);
        }
    }

    /** Whether all that there was to send has left, or never will. */
    public final boolean isDrained() {
        return closed || (finished && lastWrite != null && lastWrite.isDone());
    }

    /** Runs when the last thing that was written has left, or never will. */
    final void whenWritten(Runnable then) {
        if (lastWrite != null) {
            var unused = lastWrite.addListener(written -> then.run());
        }
    }

    /** Breaks it off, unless it has ended. */
    public final void reset(Http2Error error) {
        if (stream != null && !closed) {
            var unused = wire.reset(stream, error);
        }
    }

    /**
     * Ends it at once and without a last word. May be called in any thread.
     *
     * @return complete when nothing more of it can be sent
     */
    public final CompletableFuture<Void> cut() {
        var done = new CompletableFuture<Void>();
        var loop = wire.context().executor();
        // At once in the loop itself, where a head may be about to be written.
        if (loop.inEventLoop()) {
            cut(done);
        } else {
            loop.execute(() -> cut(done));
        }
        return done;
    }

    private void cut(CompletableFuture<Void> done) {
        if (stream == null || closed) {
            closed();
            done.complete(null);
            return;
        }
        wire.leaves(wire.reset(stream, Http2Error.CANCEL), done);
    }

    /** Lets what waits go unread. */
    public final void forget() {
        inbox.release();
        inbox = Unpooled.EMPTY_BUFFER;
    }
}
