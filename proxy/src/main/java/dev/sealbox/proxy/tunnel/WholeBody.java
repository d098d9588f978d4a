package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.stream.Incoming;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A body that has come whole. */
final class WholeBody implements Incoming {
    private final Fields trailers;
    private @Nullable ByteBuf content;

    /** Takes nothing over: {@code content} must outlast it. */
    WholeBody(ByteBuf content, Fields trailers) {
        this.content = content;
        this.trailers = trailers;
    }

    @Override
    public @Nullable ByteBuf next() {
        var whole = content;
        content = null;
        return whole == null ? null : whole.retainedDuplicate();
    }

    @Override
    public boolean isComplete() {
        return content == null;
    }

    @Override
    public Fields trailers() {
        return trailers;
    }
}
