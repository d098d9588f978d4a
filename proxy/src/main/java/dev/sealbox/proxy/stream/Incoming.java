package dev.sealbox.proxy.stream;

import dev.sealbox.proxy.codec.Fields;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A body on its way in. For use in the event loop of its connection only. */
public interface Incoming {
    /**
     * The next piece of content, owned by the caller; null when there is none yet or the body is complete. What is not
     * taken holds the sender back.
     *
     * @throws dev.sealbox.proxy.codec.BadMessage when the framing is broken
     */
    @Nullable ByteBuf next();

    /** Whether all of it was taken. */
    boolean isComplete();

    /** The fields after the content, once it is complete. */
    Fields trailers();
}
