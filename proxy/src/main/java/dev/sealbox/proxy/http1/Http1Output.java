package dev.sealbox.proxy.http1;

import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.Heads;
import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/** Writes a message's body in its framing. */
final class Http1Output {
    private static final byte[] LINE_END = {'\r', '\n'};

    private final Link to;
    private Framing framing = Framing.NONE;

    Http1Output(Link to) {
        this.to = to;
    }

    /** A head; {@code framing} tells how the body after it ends. */
    void head(ByteBuf head, Framing next) {
        framing = next;
        to.write(head);
    }

    void content(ByteBuf content) {
        if (!(framing instanceof Framing.Chunked)) {
            to.write(content);
        } else if (content.isReadable()) {
            chunk(content);
        } else {
            // A chunk around nothing would be the last.
            content.release();
        }
    }

    private void chunk(ByteBuf content) {
        var size = to.channel().alloc().buffer(16);
        Heads.chunkSize(size, content.readableBytes());
        to.write(size);
        to.write(content);
        to.write(Unpooled.wrappedBuffer(LINE_END));
    }

    /** Ends the body; {@code trailers} is asked to write its fields where there is a place for them. */
    void end(Consumer<ByteBuf> trailers) {
        if (framing instanceof Framing.Chunked) {
            var last = to.channel().alloc().buffer();
            Heads.lastChunk(last);
            trailers.accept(last);
            Heads.end(last);
            to.write(last);
        }
    }
}
