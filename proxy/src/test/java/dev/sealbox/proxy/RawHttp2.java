package dev.sealbox.proxy;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A program that speaks HTTP/2 frame by frame, and may say anything. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    private final @Nullable Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1024 * 1024);

    private boolean burst;

    /** One frame as it came. */
    static final class Frame {
        private final int type;
        private final int flags;
        private final int stream;
        private final byte[] payload;

        Frame(int type, int flags, int stream, byte[] payload) {
            this.type = type;
            this.flags = flags;
            this.stream = stream;
            this.payload = payload;
        }

        int type() {
            return type;
        }

        int stream() {
            return stream;
        }

        byte[] payload() {
            return payload;
        }

        boolean ends() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        /** The error code of RST_STREAM or GOAWAY. */
        int code() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    /** A whole response; {@code reset} is the code with which it was broken off, or -1. */
    record Response(List<Http2Headers> heads, String body, int reset) {
        int status() {
            return Integer.parseInt(heads.getFirst().status().toString());
        }

        String field(String name) {
            for (var head : heads) {
                if (head.contains(name)) {
                    return head.get(name).toString();
                }
            }
            return "";
        }
    }

    RawHttp2(TestClient client) throws IOException {
        this.socket = client.socket;
        this.in = new DataInputStream(client.in);
        this.out = new BufferedOutputStream(client.out, 16 * 1024);
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    /** The other side of a connection, after the client's preface. */
    RawHttp2(InputStream in, OutputStream out) {
        this.socket = null;
        this.in = new DataInputStream(in);
        this.out = new BufferedOutputStream(out, 16 * 1024);
    }

    /** With the settings that every honest client begins with. */
    static RawHttp2 greeting(TestClient client) throws IOException {
        var raw = new RawHttp2(client);
        raw.send(SETTINGS, 0, 0, new byte[0]);
        return raw;
    }

    RawHttp2 send(int type, int flags, int stream, byte[] payload) throws IOException {
        var frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        out.write(frame.array());
        if (!burst) {
            out.flush();
        }
        return this;
    }

    /** From now on frames are sent many at a time, until something is read. */
    void burst() {
        burst = true;
    }

    RawHttp2 headers(int stream, boolean last, String... namesAndValues) throws IOException {
        return send(HEADERS, END_HEADERS | (last ? END_STREAM : 0), stream, block(namesAndValues));
    }

    RawHttp2 get(int stream, String host, String path, String... more) throws IOException {
        return request(stream, true, "GET", host, path, more);
    }

    RawHttp2 request(int stream, boolean last, String method, String host, String path, String... more)
            throws IOException {
        var all = new ArrayList<>(List.of(":method", method, ":scheme", "https", ":authority", host, ":path", path));
        all.addAll(List.of(more));
        return headers(stream, last, all.toArray(String[]::new));
    }

    RawHttp2 data(int stream, boolean last, String text) throws IOException {
        return send(DATA, last ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawHttp2 reset(int stream, int code) throws IOException {
        return send(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(code).array());
    }

    RawHttp2 window(int stream, int increment) throws IOException {
        return send(
                WINDOW_UPDATE,
                0,
                stream,
                ByteBuffer.allocate(4).putInt(increment).array());
    }

    RawHttp2 setting(int id, int value) throws IOException {
        return send(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6).putShort((short) id).putInt(value).array());
    }

    /** A header block without any compression. */
    static byte[] block(String... namesAndValues) {
        var block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            block.write(0);
            string(block, namesAndValues[i]);
            string(block, namesAndValues[i + 1]);
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream block, String text) {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            int rest = bytes.length - 127;
            for (; rest >= 128; rest >>= 7) {
                block.write((rest & 127) | 128);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    /** The last size of the table of fields that a header block sets (RFC 7541, 6.3); -1 where it sets none. */
    static int tableSize(byte[] block) {
        int size = -1;
        for (int at = 0; (block[at] & 0xe0) == 0x20; at++) {
            size = block[at] & 0x1f;
            if (size == 0x1f) {
                int shift = 0;
                do {
                    at++;
                    size += (block[at] & 0x7f) << shift;
                    shift += 7;
                } while ((block[at] & 0x80) != 0);
            }
        }
        return size;
    }

    Frame next() throws IOException {
        out.flush();
        int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        var payload = new byte[length];
        in.readFully(payload);
        return new Frame(type, flags, stream, payload);
    }

    /** The next frame of that type. */
    Frame next(int type) throws IOException {
        var frame = next();
        while (frame.type() != type) {
            frame = next();
        }
        return frame;
    }

    /** Reads until that stream has ended, and makes room for what came. */
    Response response(int stream) throws IOException {
        var heads = new ArrayList<Http2Headers>();
        var body = new StringBuilder();
        while (true) {
            var frame = next();
            if (frame.type() == HEADERS) {
                // Also those of other streams: the table is one.
                var headers = decoded(frame);
                if (frame.stream() == stream) {
                    heads.add(headers);
                }
            }
            if (frame.stream() != stream) {
                if (frame.type() == GOAWAY) {
                    throw new EOFException("the connection goes away with " + frame.code());
                }
                continue;
            }
            if (frame.type() == DATA) {
                body.append(new String(frame.payload(), StandardCharsets.ISO_8859_1));
                window(0, Math.max(1, frame.payload().length));
                if (!frame.ends()) {
                    window(stream, Math.max(1, frame.payload().length));
                }
            }
            if (frame.type() == RST_STREAM) {
                return new Response(heads, body.toString(), frame.code());
            }
            if (frame.ends()) {
                return new Response(heads, body.toString(), -1);
            }
        }
    }

    Http2Headers decoded(Frame frame) throws IOException {
        try {
            return decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    /** The code of the GOAWAY that comes, or -1 when the connection just ends. */
    int awaitEnd() throws IOException {
        try {
            while (true) {
                var frame = next();
                if (frame.type() == GOAWAY) {
                    return frame.code();
                }
            }
        } catch (EOFException | java.net.SocketException | javax.net.ssl.SSLException e) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
        }
    }
}
