package dev.sealbox.proxy.upstream;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.HeadReader;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.upstream.Unreachable.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks the outgoing proxy for a tunnel when the connection stands, and leaves the pipeline when there is one. The answer
 * is bounded in size and, from the request to its last byte, in time; a byte behind it comes from the proxy itself, since
 * upstreams wait to be spoken to.
 */
final class ProxyHandshake extends ChannelInboundHandlerAdapter {
    private static final int MAX_HEAD = 16 * 1024;

    private final TunnelRequest request;
    private final Duration patience;
    private final Runnable opened;
    private final Consumer<Unreachable> failed;
    private final HeadReader heads = new HeadReader(MAX_HEAD);

    private ByteBuf received = Unpooled.EMPTY_BUFFER;
    private @Nullable ScheduledFuture<?> expiry;
    private boolean ended;

    /** One of {@code opened} and {@code failed} is called, once. */
    ProxyHandshake(TunnelRequest request, Duration patience, Runnable opened, Consumer<Unreachable> failed) {
        this.request = request;
        this.patience = patience;
        this.opened = opened;
        this.failed = failed;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        expiry = context.executor()
                .schedule(() -> fail(context, Reason.PROXY_TIMEOUT), patience.toMillis(), TimeUnit.MILLISECONDS);
        var unused = context.writeAndFlush(request.bytes(context.alloc()));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            throw new IllegalStateException("not bytes");
        }
        if (ended) {
            bytes.release();
            return;
        }
        received = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), received, bytes);
        try {
            var head = heads.response(received);
            if (head != null) {
                judge(context, head);
            }
        } catch (BadMessage e) {
            fail(context, Reason.PROXY_FAILED);
        }
    }

    private void judge(ChannelHandlerContext context, ResponseHead head) {
        if (head.status() == 407) {
            fail(context, Reason.PROXY_CREDENTIALS);
        } else if (head.status() / 100 != 2) {
            fail(context, Reason.PROXY_REFUSED);
        } else if (received.isReadable()) {
            fail(context, Reason.PROXY_FAILED);
        } else {
            end();
            context.pipeline().remove(this);
            opened.run();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail(context, Reason.PROXY_FAILED);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, Reason.PROXY_FAILED);
    }

    private void fail(ChannelHandlerContext context, Reason reason) {
        if (!ended) {
            end();
            var unused = context.close();
            failed.accept(new Unreachable(reason));
        }
    }

    private void end() {
        ended = true;
        received.release();
        received = Unpooled.EMPTY_BUFFER;
        if (expiry != null) {
            var unused = expiry.cancel(false);
        }
    }
}
