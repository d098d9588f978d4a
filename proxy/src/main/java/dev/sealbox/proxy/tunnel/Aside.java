package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.match.Transformer;
import dev.sealbox.proxy.reseal.Unpacker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * A compressed body that goes on as it came, while a copy is unpacked and looked through: what is found there is told of,
 * and may end the request. Bounded as {@link UnpackedBody} is; but what cannot be unpacked, or unpacks to too much, goes on
 * unseen, which is told, since nobody has asked for it to be changed. Not thread-safe.
 */
final class Aside implements Transformer {
    private final Unpacker unpacker;
    private final Transformer search;
    private final int ratio;
    private final Runnable unseen;

    private long in;
    private long out;
    private boolean blind;

    /**
     * Takes unpacker and search over.
     *
     * @param ratio how many times its size the body may have
     * @param unseen is told once if the rest could not be looked through
     */
    Aside(Unpacker unpacker, Transformer search, int ratio, Runnable unseen) {
        this.unpacker = unpacker;
        this.search = search;
        this.ratio = ratio;
        this.unseen = unseen;
    }

    @Override
    public ByteBuf feed(ByteBuf chunk) {
        try {
            look(chunk);
        } catch (RuntimeException e) {
            chunk.release();
            throw e;
        }
        return chunk;
    }

    private void look(ByteBuf chunk) {
        if (blind) {
            return;
        }
        in += chunk.readableBytes();
        try {
            unpacker.feed(chunk.retainedDuplicate());
            for (var piece = unpacker.next(); piece != null; piece = unpacker.next()) {
                out += piece.readableBytes();
                search.feed(piece).release();
                if (UnpackedBody.isTooMuch(in, out, ratio)) {
                    giveUp();
                    return;
                }
            }
        } catch (Unpacker.Broken e) {
            giveUp();
        }
    }

    private void giveUp() {
        blind = true;
        unseen.run();
    }

    @Override
    public ByteBuf end() {
        search.end().release();
        if (!blind && in > 0 && !unpacker.isComplete()) {
            giveUp();
        }
        return Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void close() {
        unpacker.close();
        search.close();
    }
}
