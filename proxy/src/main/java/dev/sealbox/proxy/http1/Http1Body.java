package dev.sealbox.proxy.http1;

import dev.sealbox.proxy.codec.BodyReader;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.stream.Incoming;
import dev.sealbox.proxy.transport.Link;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** A body that is read off a connection. */
final class Http1Body implements Incoming {
    private final Link from;
    private final BodyReader reader;

    Http1Body(Link from, Framing framing, int maxTrailers) {
        this.from = from;
        this.reader = BodyReader.of(framing, maxTrailers);
    }

    @Override
    public @Nullable ByteBuf next() {
        return reader.next(from.inbox());
    }

    @Override
    public boolean isComplete() {
        boolean ended =
                reader.endsWithConnection() && !from.isOpen() && !from.inbox().isReadable();
        return ended || reader.isComplete();
    }

    @Override
    public Fields trailers() {
        return reader.trailers();
    }
}
