package dev.sealbox.proxy.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a client says before anything is encrypted. It is read without being consumed, across records. */
public sealed interface ClientHello {
    /** A larger one is refused. */
    int MAX_BYTES = 32 * 1024;

    /** Not all of it is there yet. */
    record Incomplete() implements ClientHello {}

    /** This is no TLS, or it is too large. */
    record Malformed() implements ClientHello {}

    /** It is complete; the name is as it was sent, null when there is none. */
    record Complete(@Nullable String serverName) implements ClientHello {}

    ClientHello INCOMPLETE = new Incomplete();
    ClientHello MALFORMED = new Malformed();

    /** Reads a hello while it grows, each record once: who sends many small ones costs no more than others. */
    final class Reader {
        private final ByteBuf message = Unpooled.buffer(512);
        private int read;

        /** What has come so far; {@code in} begins as it did before, and nothing is consumed. */
        public ClientHello peek(ByteBuf in) {
            try {
                return collect(in.duplicate().skipBytes(read));
            } catch (IndexOutOfBoundsException e) {
                return MALFORMED;
            }
        }

        /** Joins the contents of handshake records until the message is complete. */
        private ClientHello collect(ByteBuf in) {
            while (true) {
                if (message.readableBytes() >= 4) {
                    if (message.getByte(0) != 1 || message.getUnsignedMedium(1) > MAX_BYTES) {
                        return MALFORMED;
                    }
                    if (message.readableBytes() >= 4 + message.getUnsignedMedium(1)) {
                        return parse(message.slice(4, message.getUnsignedMedium(1)));
                    }
                }
                if (in.isReadable() && in.getByte(in.readerIndex()) != 0x16) {
                    return MALFORMED;
                }
                if (in.readableBytes() < 5) {
                    return INCOMPLETE;
                }
                int length = in.getUnsignedShort(in.readerIndex() + 3);
                if (in.getByte(in.readerIndex() + 1) != 3 || length == 0 || length > 16 * 1024) {
                    return MALFORMED;
                }
                if (in.readableBytes() < 5 + length) {
                    return INCOMPLETE;
                }
                in.skipBytes(5);
                message.writeBytes(in, length);
                read += 5 + length;
            }
        }
    }

    private static ClientHello parse(ByteBuf hello) {
        hello.skipBytes(2 + 32);
        hello.skipBytes(hello.readUnsignedByte());
        hello.skipBytes(hello.readUnsignedShort());
        hello.skipBytes(hello.readUnsignedByte());
        if (!hello.isReadable()) {
            return new Complete(null);
        }
        var extensions = hello.readSlice(hello.readUnsignedShort());
        while (extensions.isReadable()) {
            int type = extensions.readUnsignedShort();
            var extension = extensions.readSlice(extensions.readUnsignedShort());
            if (type == 0) {
                return new Complete(serverName(extension));
            }
        }
        return new Complete(null);
    }

    private static @Nullable String serverName(ByteBuf extension) {
        var names = extension.readSlice(extension.readUnsignedShort());
        while (names.isReadable()) {
            int type = names.readUnsignedByte();
            var name = names.readSlice(names.readUnsignedShort());
            if (type == 0) {
                return name.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return null;
    }
}
