package dev.sealbox.proxy.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.jspecify.annotations.Nullable;

/**
 * Keeps from TLS what may be a client's word that it sends no more, for TLS libraries end both sides when they hear it,
 * and the client waits for its answer. What is encrypted cannot be read here, but such a word is short: an alert by its
 * type, or in TLS 1.3 a record of two bytes and their wrapping. One that stands last in what has come is held until more
 * comes or {@link #release} is called; data that looks like it is late by that and no more. Belongs to its event loop.
 */
final class HeldEnd extends ChannelInboundHandlerAdapter {
    private static final int HEADER = 5;
    private static final int ALERT = 21;
    private static final int APPLICATION_DATA = 23;
    /**
     * Level and description of an alert, its type, the tag of every cipher of TLS 1.3 in use (RFC 8446, 5.2), and the
     * zeros that the JDK pads each record with.
     */
    private static final int LONGEST_ALERT = 2 + 1 + 16 + 16;

    private final Runnable heldBack;
    private final byte[] header = new byte[HEADER];
    private @Nullable ChannelHandlerContext context;
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    /** Bytes of the present record's header that have come. */
    private int begun;
    /** Bytes of the present record's body that have not. */
    private int missing;

    private boolean stopped;

    /** @param heldBack called when something was held and nothing else came that its owner would look at */
    HeldEnd(Runnable heldBack) {
        this.heldBack = heldBack;
    }

    /** Passes on what is held: nothing is to be waited for. */
    void release() {
        var bytes = held;
        if (bytes.isReadable() && context != null) {
            held = Unpooled.EMPTY_BUFFER;
            context.fireChannelRead(bytes);
            context.fireChannelReadComplete();
        }
    }

    /** Holds nothing any more. */
    void stop() {
        stopped = true;
        release();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (stopped || !(message instanceof ByteBuf bytes)) {
            context.fireChannelRead(message);
            return;
        }
        if (held.isReadable()) {
            var before = held;
            held = Unpooled.EMPTY_BUFFER;
            context.fireChannelRead(before);
        }
        int from = lastSuspect(bytes);
        if (from == bytes.writerIndex()) {
            context.fireChannelRead(bytes);
            return;
        }
        if (from > bytes.readerIndex()) {
            context.fireChannelRead(bytes.readRetainedSlice(from - bytes.readerIndex()));
        }
        held = bytes;
    }

    /** Where the record begins that stands last and may be an end; the end of {@code bytes} where it is none. */
    private int lastSuspect(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        int suspect = end;
        while (at < end) {
            int record = at;
            if (missing == 0) {
                int taken = Math.min(HEADER - begun, end - at);
                bytes.getBytes(at, header, begun, taken);
                begun += taken;
                at += taken;
                if (begun < HEADER) {
                    return end;
                }
                missing = length();
            }
            int taken = Math.min(missing, end - at);
            at += taken;
            missing -= taken;
            suspect = at == end && mayEnd() ? record : end;
            if (missing == 0) {
                begun = 0;
            }
        }
        return suspect;
    }

    private int length() {
        return ((header[3] & 0xff) << 8) | (header[4] & 0xff);
    }

    private boolean mayEnd() {
        return header[0] == ALERT || (header[0] == APPLICATION_DATA && length() <= LONGEST_ALERT);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        if (held.isReadable()) {
            heldBack.run();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !held.isReadable()) {
            // Without a word before it this is no end that TLS would know, but a client that is gone.
            var unused = context.close();
            return;
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        release();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        held.release();
        held = Unpooled.EMPTY_BUFFER;
    }
}
