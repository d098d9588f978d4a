package dev.sealbox.proxy.match;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Changes a stream of bytes piece by piece, and what comes out does not depend on how it is cut. Not thread-safe. */
public interface Transformer {
    /** Takes {@code chunk} over and gives what can be passed on, perhaps nothing. The caller owns the result. */
    ByteBuf feed(ByteBuf chunk);

    /** The stream has ended: gives what was held back. */
    ByteBuf end();

    /** Lets held bytes go unread. May be repeated. */
    void close();

    /** Changes nothing. */
    Transformer UNCHANGED = new Transformer() {
        @Override
        public ByteBuf feed(ByteBuf chunk) {
            return chunk;
        }

        @Override
        public ByteBuf end() {
            return Unpooled.EMPTY_BUFFER;
        }

        @Override
        public void close() {}
    };
}
