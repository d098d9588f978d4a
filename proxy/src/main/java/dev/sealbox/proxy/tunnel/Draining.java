package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.http2.Http2ClientStream;
import io.netty.handler.codec.http2.Http2Error;

/** All was said on this stream; what the client has not taken yet still waits for it. */
record Draining(Conversation conversation, Http2ClientStream stream) implements Phase {

    @Override
    public Phase step() {
        return this;
    }

    @Override
    public Phase tick(long now) {
        var idle = conversation.services().limits().idle();
        if (now - stream.lastActive() > idle.toNanos()) {
            stream.reset(Http2Error.CANCEL);
        }
        return this;
    }
}
