package dev.sealbox.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** What listens on a port of a sandbox and says, byte for byte, what a test has it say. */
final class Program implements AutoCloseable {
    /** One visit; the connection is closed afterwards. */
    @FunctionalInterface
    interface Talk {
        void with(Socket socket) throws IOException;
    }

    private final ServerSocket listening;

    /** The heads of all requests so far. */
    final List<String> heads = new CopyOnWriteArrayList<>();

    Program(Talk talk) throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> accept(talk));
    }

    /** Reads the head of a request and answers with these bytes, whatever it was. */
    static Program saying(String answer) throws IOException {
        var itself = new Program[1];
        itself[0] = new Program(socket -> {
            itself[0].heads.add(head(socket));
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        });
        return itself[0];
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept(Talk talk) {
        while (!listening.isClosed()) {
            try {
                var socket = listening.accept();
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        talk.with(socket);
                    } catch (IOException e) {
                        // The visitor has gone.
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    static String head(Socket socket) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            var next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("the head does not end");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    /** The last head, its names in small letters. */
    String lastHead() {
        return heads.getLast()
                .lines()
                .map(line -> {
                    var colon = line.indexOf(": ");
                    return colon < 0 ? line : line.substring(0, colon).toLowerCase(Locale.ROOT) + line.substring(colon);
                })
                .reduce("", (all, line) -> all + line + "\n");
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
