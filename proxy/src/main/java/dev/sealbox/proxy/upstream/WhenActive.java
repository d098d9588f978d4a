package dev.sealbox.proxy.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Does one thing when the connection stands. */
final class WhenActive extends ChannelInboundHandlerAdapter {
    private final Runnable then;

    WhenActive(Runnable then) {
        this.then = then;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        then.run();
        context.pipeline().remove(this);
    }
}
