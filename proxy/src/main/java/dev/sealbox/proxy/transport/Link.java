package dev.sealbox.proxy.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One side of a proxied connection: what came in and waits, and a way out. It stops reading from the network while more
 * than {@link #INBOX_LIMIT} wait, so an owner that takes nothing holds the sender back. Belongs to its event loop.
 */
public final class Link extends ChannelInboundHandlerAdapter {
    /** Bytes after which nothing more is read; one batch of reads may go beyond it. */
    public static final int INBOX_LIMIT = 64 * 1024;

    /** Between questions whether a client that has ended its side still is there. Its kernel says so for a minute. */
    private static final int PROBE_SECONDS = 15;

    private final Channel channel;
    private LinkOwner owner;
    private ByteBuf inbox = Unpooled.EMPTY_BUFFER;
    private @Nullable Throwable failure;
    private @Nullable HeldEnd heldEnd;
    private long lastActive = System.nanoTime();
    private boolean ended;
    private boolean disposed;
    private boolean unflushed;

    public Link(Channel channel, LinkOwner owner) {
        this.channel = channel;
        this.owner = owner;
    }

    public Channel channel() {
        return channel;
    }

    public void ownedBy(LinkOwner next) {
        owner = next;
    }

    /** What came in and was not consumed yet; the reader moves its reader index, then calls {@link #consumed}. */
    public ByteBuf inbox() {
        return inbox;
    }

    /** Goes on reading from the network if there is room again. */
    public void consumed() {
        if (!disposed
                && inbox.readableBytes() < INBOX_LIMIT / 2
                && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }

    /**
     * Puts TLS before this, as its server, and hands it what waits. The client may end its side and wait for its answer;
     * whether it has is not known before {@link #releaseEnd}.
     */
    public void secure(SslHandler tls) {
        heldEnd = new HeldEnd(() -> tell(LinkOwner.Event.READABLE));
        channel.pipeline().addFirst(heldEnd, tls);
        var unused = channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        replay();
    }

    /** Hears the client's word that it sends no more, if there is one: TLS then ends both sides. */
    public void releaseEnd() {
        if (heldEnd != null) {
            heldEnd.release();
        }
    }

    private void replay() {
        var bytes = inbox;
        inbox = Unpooled.EMPTY_BUFFER;
        channel.pipeline().fireChannelRead(bytes);
        channel.pipeline().fireChannelReadComplete();
        consumed();
    }

    /** Puts {@code handler} directly before this one, after TLS; what waits stays here until {@link #replayThrough}. */
    public ChannelHandlerContext precede(ChannelHandler handler) {
        var own = channel.pipeline().context(this);
        channel.pipeline().addBefore(own.name(), null, handler);
        return channel.pipeline().context(handler);
    }

    /** Hands what waits to that handler, which takes all that comes from now on. */
    public void replayThrough(ChannelHandlerContext handler) {
        var bytes = inbox;
        inbox = Unpooled.EMPTY_BUFFER;
        if (handler.handler() instanceof ChannelInboundHandler inbound && bytes.isReadable()) {
            try {
                inbound.channelRead(handler, bytes);
                inbound.channelReadComplete(handler);
            } catch (Exception e) {
                handler.fireExceptionCaught(e);
            }
        } else {
            bytes.release();
        }
        consumed();
    }

    /** The protocol that the TLS handshake chose; null where it chose none. */
    public @Nullable String protocol() {
        var tls = channel.pipeline().get(SslHandler.class);
        return tls == null ? null : tls.applicationProtocol();
    }

    /** Whether there is TLS and its handshake is done; {@link LinkOwner.Event#SECURED} may still be on its way. */
    public boolean isSecured() {
        var tls = channel.pipeline().get(SslHandler.class);
        return tls != null && tls.handshakeFuture().isSuccess();
    }

    /** Whether more can be written without piling up. */
    public boolean canWrite() {
        return channel.isWritable();
    }

    public boolean isOpen() {
        return channel.isActive() && !disposed;
    }

    /** Takes {@code bytes} over. Nothing leaves before {@link #flush}. */
    public void write(ByteBuf bytes) {
        if (bytes.isReadable()) {
            unflushed = true;
            var unused = channel.write(bytes, channel.voidPromise());
        } else {
            bytes.release();
        }
    }

    /** Sends what was written since the last flush. */
    public void flush() {
        if (unflushed) {
            unflushed = false;
            channel.flush();
        }
    }

    /** Whether no more will come, and all that came is in the inbox. Only where a side may end by itself. */
    public boolean hasEnded() {
        return ended;
    }

    /** Why the connection ended, if it was for more than a close. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** When a byte last moved, in {@link System#nanoTime}'s scale. */
    public long lastActive() {
        return lastActive;
    }

    /** Sends what was written and closes. */
    public void closeAfterFlush() {
        var unused = channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /**
     * Sends what was written and says that no more will come, but goes on reading: who closes while the other side still
     * sends may destroy what it was sent.
     */
    public void endOutput() {
        flush();
        if (heldEnd != null) {
            heldEnd.stop();
        }
        var tls = channel.pipeline().get(SslHandler.class);
        var ended = tls == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : tls.closeOutbound();
        var unused = ended.addListener(done -> {
            if (channel instanceof DuplexChannel duplex && channel.isActive()) {
                var unusedToo = duplex.shutdownOutput();
            }
        });
    }

    /** Closes at once and forgets what waits; nobody is told any more. */
    public void dispose() {
        if (!disposed) {
            disposed = true;
            inbox.release();
            inbox = Unpooled.EMPTY_BUFFER;
            var unused = channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            throw new IllegalStateException("not bytes");
        }
        if (disposed) {
            bytes.release();
            return;
        }
        inbox = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), inbox, bytes);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        lastActive = System.nanoTime();
        if (inbox.readableBytes() >= INBOX_LIMIT) {
            channel.config().setAutoRead(false);
        }
        if (inbox.isReadable()) {
            tell(LinkOwner.Event.READABLE);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        lastActive = System.nanoTime();
        tell(LinkOwner.Event.WRITABLE);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ended = true;
            watchClosely();
            tell(LinkOwner.Event.READABLE);
        }
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                tell(LinkOwner.Event.SECURED);
            } else {
                failure = handshake.cause();
            }
        }
    }

    /** Who has ended its side may be gone altogether, which nobody would notice who has nothing to send. */
    private void watchClosely() {
        var unused = channel.config()
                .setOptions(Map.of(
                        EpollChannelOption.TCP_KEEPIDLE, PROBE_SECONDS,
                        EpollChannelOption.TCP_KEEPINTVL, PROBE_SECONDS));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        var unused = context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        tell(LinkOwner.Event.CLOSED);
    }

    private void tell(LinkOwner.Event event) {
        if (!disposed) {
            owner.on(this, event);
        }
    }

    @Override
    public String toString() {
        return "Link[" + channel.id() + "]";
    }
}
