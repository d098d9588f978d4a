package dev.sealbox.demo.upstream;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/** A service that speaks WebSocket (RFC 6455) over TLS: it remembers each text and sends it back. Thread-safe. */
public final class EchoSocket implements AutoCloseable {
    private static final Pattern KEY = Pattern.compile("(?im)^sec-websocket-key:[ ]*(\\S+)");
    private static final int CLOSE = 8;

    private final List<String> received = new CopyOnWriteArrayList<>();
    private final Doorway door;

    public EchoSocket(TestAuthority authority, String host) {
        try {
            door = new Doorway(
                    authority
                            .server(List.of(host))
                            .getServerSocketFactory()
                            .createServerSocket(0, 10, InetAddress.getLoopbackAddress()),
                    this::serve);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return door.port();
    }

    /** All texts so far. */
    public List<String> received() {
        return List.copyOf(received);
    }

    private void serve(Socket socket) throws IOException {
        var in = new DataInputStream(socket.getInputStream());
        var out = socket.getOutputStream();
        out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + accepted(head(in)) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        while (echo(in, out)) {
            out.flush();
        }
    }

    private static String head(DataInputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    private static String accepted(String head) throws IOException {
        var key = KEY.matcher(head);
        if (!key.find()) {
            throw new IOException("no handshake");
        }
        try {
            var text = key.group(1) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
            var digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One frame; false when it was the last. What comes here is short and in one piece. */
    private boolean echo(DataInputStream in, OutputStream out) throws IOException {
        int first = in.readUnsignedByte();
        int length = in.readUnsignedByte() & 0x7f;
        length = length == 126 ? in.readUnsignedShort() : length;
        var mask = in.readNBytes(4);
        var payload = in.readNBytes(length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        int opcode = first & 0x0f;
        if (opcode == 1) {
            received.add(new String(payload, StandardCharsets.UTF_8));
        }
        out.write(0x80 | opcode);
        if (length < 126) {
            out.write(length);
        } else {
            out.write(new byte[] {126, (byte) (length >> 8), (byte) length});
        }
        out.write(payload);
        return opcode != CLOSE;
    }

    @Override
    public void close() {
        door.close();
    }
}
