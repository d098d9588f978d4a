package dev.sealbox.proxy.http2;

import dev.sealbox.proxy.transport.Cut;
import dev.sealbox.proxy.transport.Link;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One HTTP/2 connection: Netty's codec on a link, and what our streams do with it. Belongs to its event loop. */
final class Wire {
    /** How long a reset may wait for a peer that takes nothing before the connection ends instead. */
    private static final long PATIENCE_MILLIS = 1000;

    private final Link link;
    private final FrameHandler handler;
    private final ChannelHandlerContext context;
    private final Http2Connection.PropertyKey key;

    private boolean flushDue;

    /** Puts {@code handler} between the link and the network; nothing is read yet. */
    Wire(Link link, FrameHandler handler) {
        this.link = link;
        this.handler = handler;
        this.key = handler.connection().newKey();
        this.context = link.precede(handler);
    }

    /** Reads what came in before, and from now on. {@code window} is for all bodies together. */
    void begin(int window) {
        try {
            var flow = connection().local().flowController();
            var whole = connection().connectionStream();
            flow.incrementWindowSize(whole, Math.max(0, window - flow.windowSize(whole)));
        } catch (Http2Exception e) {
            fail(e);
        }
        link.replayThrough(context);
        flushSoon();
    }

    Link link() {
        return link;
    }

    ChannelHandlerContext context() {
        return context;
    }

    Http2Connection connection() {
        return handler.connection();
    }

    Http2ConnectionEncoder encoder() {
        return handler.encoder();
    }

    /** Makes {@code to} the one that frames of {@code stream} are for. */
    void bind(Http2Stream stream, FrameStream to) {
        stream.setProperty(key, to);
    }

    /** Who frames of that stream are for. */
    @Nullable FrameStream bound(@Nullable Http2Stream stream) {
        return stream == null ? null : stream.getProperty(key);
    }

    /**
     * Keeps no larger table of fields that were sent than every peer has. The codec makes it as large as the peer says that its
     * own may be, up to 4 GiB, and the peer has that filled. Before anything is written by what it has said.
     */
    void boundTable() throws Http2Exception {
        var table = encoder().configuration().headersConfiguration();
        if (table.maxHeaderTableSize() > Http2CodecUtil.DEFAULT_HEADER_TABLE_SIZE) {
            table.maxHeaderTableSize(Http2CodecUtil.DEFAULT_HEADER_TABLE_SIZE);
        }
    }

    boolean canWrite(Http2Stream stream) {
        return encoder().flowController().isWritable(stream);
    }

    /** Makes room for {@code bytes} more of that stream. */
    void consumed(Http2Stream stream, int bytes) {
        try {
            if (connection().local().flowController().consumeBytes(stream, bytes)) {
                flushSoon();
            }
        } catch (Http2Exception e) {
            fail(e);
        }
    }

    ChannelFuture reset(Http2Stream stream, Http2Error error) {
        flushSoon();
        var written = handler.resetStream(context, stream.id(), error.code(), context.newPromise());
        // The codec would do so only when that has left, and until then send what waits, after the reset.
        stream.close();
        return written;
    }

    /** Completes {@code done} when {@code write} has left; if it does not soon, ends all that waits with it. */
    void leaves(ChannelFuture write, CompletableFuture<Void> done) {
        var overdue = context.executor().schedule(this::cut, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        var unused = write.addListener(written -> {
            var unusedToo = overdue.cancel(false);
            done.complete(null);
        });
        flush();
    }

    private void cut() {
        var unused = Cut.off(link.channel());
    }

    /** Begins no further streams, and lets those end that are there. */
    void goAway() {
        int last = connection().remote().lastStreamCreated();
        var unused = handler.goAway(
                context, last, Http2Error.NO_ERROR.code(), io.netty.buffer.Unpooled.EMPTY_BUFFER, context.newPromise());
        flushSoon();
    }

    void flush() {
        flushDue = false;
        handler.flush(context);
    }

    /** Sends what was written, once for all streams that write in this turn of the loop. */
    void flushSoon() {
        if (!flushDue) {
            flushDue = true;
            link.channel().eventLoop().execute(() -> {
                if (flushDue) {
                    flush();
                }
            });
        }
    }

    private void fail(Http2Exception e) {
        handler.onError(context, true, e);
    }
}
