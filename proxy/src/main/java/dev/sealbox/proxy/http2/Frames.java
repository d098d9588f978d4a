package dev.sealbox.proxy.http2;

import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes the frames of one connection to the streams that they are for. Belongs to its event loop. */
abstract class Frames implements Http2FrameListener, Http2Connection.Listener, Http2RemoteFlowController.Listener {
    private static final int SMALL_INCREMENT = 64;

    private final FloodGuard guard;
    private final Wire wire;

    /** @param codec makes the codec that tells its frames to what it is given */
    Frames(Link link, Http2Limits limits, Function<Frames, FrameHandler> codec) {
        this.guard = new FloodGuard(limits.controlFrames());
        var handler = codec.apply(this);
        handler.connection().addListener(this);
        handler.encoder().flowController().listener(this);
        this.wire = new Wire(link, handler);
    }

    final Wire wire() {
        return wire;
    }

    /** A head or trailers; {@code to} is null when no stream of ours is known to it. */
    abstract void headers(int id, @Nullable FrameStream to, Http2Headers headers, boolean last);

    private @Nullable FrameStream stream(int id) {
        return wire.bound(wire.connection().stream(id));
    }

    @Override
    public int onDataRead(ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean last) {
        var to = stream(id);
        if (to == null) {
            return data.readableBytes() + padding;
        }
        to.received(data, last);
        return padding;
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext context, int id, Http2Headers headers, int padding, boolean last) {
        headers(id, stream(id), headers, last);
    }

    @Override
    public void onHeadersRead(
            ChannelHandlerContext context,
            int id,
            Http2Headers headers,
            int dependency,
            short weight,
            boolean exclusive,
            int padding,
            boolean last) {
        headers(id, stream(id), headers, last);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext context, int id, long code) {
        var to = stream(id);
        if (to != null) {
            to.cancelled(code);
        }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings) throws Http2Exception {
        guard.count();
        wire.boundTable();
    }

    @Override
    public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
        guard.count();
    }

    @Override
    public void onPriorityRead(ChannelHandlerContext context, int id, int dependency, short weight, boolean exclusive)
            throws Http2Exception {
        guard.count();
    }

    @Override
    public void onUnknownFrame(ChannelHandlerContext context, byte type, int id, Http2Flags flags, ByteBuf payload)
            throws Http2Exception {
        guard.count();
    }

    /** There may be as many as data makes room for; a window that is opened byte by byte is something else. */
    @Override
    public void onWindowUpdateRead(ChannelHandlerContext context, int id, int increment) throws Http2Exception {
        if (increment < SMALL_INCREMENT) {
            guard.count();
        }
    }

    @Override
    public void writabilityChanged(Http2Stream stream) {
        var to = wire.bound(stream);
        if (to != null) {
            to.writable();
        }
    }

    @Override
    public void onStreamClosed(Http2Stream stream) {
        var to = wire.bound(stream);
        if (to != null) {
            to.closed();
        }
    }

    @Override
    public void onStreamAdded(Http2Stream stream) {}

    @Override
    public void onStreamActive(Http2Stream stream) {}

    @Override
    public void onStreamHalfClosed(Http2Stream stream) {}

    @Override
    public void onStreamRemoved(Http2Stream stream) {}

    @Override
    public void onGoAwaySent(int lastStream, long code, ByteBuf text) {}

    @Override
    public void onGoAwayReceived(int lastStream, long code, ByteBuf text) {}

    @Override
    public void onSettingsAckRead(ChannelHandlerContext context) {}

    @Override
    public void onPingAckRead(ChannelHandlerContext context, long data) {}

    /** Clients may not push, and upstreams were told not to, whether they have acknowledged it or not. */
    @Override
    public void onPushPromiseRead(
            ChannelHandlerContext context, int id, int promised, Http2Headers headers, int padding)
            throws Http2Exception {
        throw Http2Exception.connectionError(Http2Error.PROTOCOL_ERROR, "nothing may be pushed");
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext context, int lastStream, long code, ByteBuf text) {}
}
