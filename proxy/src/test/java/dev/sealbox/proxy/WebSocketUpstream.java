package dev.sealbox.proxy;

import dev.sealbox.proxy.tls.TestCertificates;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Speaks WebSocket as RFC 6455 has it, and sends every message back as it came; {@code bye} makes it close. */
final class WebSocketUpstream {
    private static final int CLOSE = 8;
    private static final int PING = 9;

    final List<Http.Message> handshakes = new CopyOnWriteArrayList<>();
    final List<String> messages = new CopyOnWriteArrayList<>();

    private record Frame(boolean last, int opcode, String payload) {}

    TestUpstream at(TestProxy.Builder builder, String host) {
        return builder.put(host, start(builder.certificates(), host));
    }

    /** One that the proxy is not told of. */
    TestUpstream start(TestCertificates certificates, String host) {
        return TestUpstream.scripted(certificates, host, this::serve);
    }

    private void serve(InputStream in, OutputStream out) throws IOException {
        var handshake = Http.head(in);
        handshakes.add(handshake);
        out.write(Http.latin1("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: "
                + accept(handshake.field("Sec-WebSocket-Key").orElse("")) + "\r\n"
                + "X-Echo: " + handshake.field("Authorization").orElse("") + "\r\n\r\n"));
        out.flush();
        var data = new DataInputStream(in);
        var message = new StringBuilder();
        int opcode = 0;
        while (opcode != CLOSE) {
            var frame = frame(data);
            opcode = frame.opcode() == 0 || frame.opcode() == PING ? opcode : frame.opcode();
            if (frame.opcode() >= CLOSE) {
                send(out, frame.opcode() == PING ? PING + 1 : frame.opcode(), Http.latin1(frame.payload()));
                continue;
            }
            message.append(frame.payload());
            if (frame.last()) {
                messages.add(message.toString());
                if (message.toString().equals("bye")) {
                    return;
                }
                send(out, opcode, Http.latin1(message.toString()));
                message.setLength(0);
            }
        }
    }

    private static Frame frame(DataInputStream in) throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        if ((first & 0x70) != 0 || (second & 0x80) == 0) {
            throw new IOException("an extension was used, or no mask");
        }
        long length = second & 0x7f;
        length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
        var mask = in.readNBytes(4);
        var payload = in.readNBytes((int) length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return new Frame((first & 0x80) != 0, first & 0x0f, new String(payload, StandardCharsets.ISO_8859_1));
    }

    private static void send(OutputStream out, int opcode, byte[] payload) throws IOException {
        out.write(0x80 | opcode);
        if (payload.length < 126) {
            out.write(payload.length);
        } else {
            out.write(127);
            new DataOutputStream(out).writeLong(payload.length);
        }
        out.write(payload);
        out.flush();
    }

    private static String accept(String key) {
        try {
            var digest = MessageDigest.getInstance("SHA-1")
                    .digest(Http.latin1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
            return Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
