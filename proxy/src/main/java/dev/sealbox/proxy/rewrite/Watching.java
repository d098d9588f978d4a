package dev.sealbox.proxy.rewrite;

import dev.sealbox.proxy.match.Transformer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Looks at all that passes and changes nothing: what is found is told of, and may end the message, but every byte goes on
 * at once. A stream whose reader waits for its last byte never stalls for a search.
 *
 * @param search by which it is looked at; what it gives is dropped
 */
record Watching(Transformer search) implements Transformer {

    @Override
    public ByteBuf feed(ByteBuf chunk) {
        try {
            search.feed(chunk.copy()).release();
        } catch (RuntimeException e) {
            chunk.release();
            throw e;
        }
        return chunk;
    }

    @Override
    public ByteBuf end() {
        search.end().release();
        return Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void close() {
        search.close();
    }
}
