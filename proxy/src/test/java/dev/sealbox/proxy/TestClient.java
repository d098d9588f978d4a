package dev.sealbox.proxy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/** A program in a sandbox, byte by byte. */
final class TestClient implements AutoCloseable {
    final Socket socket;
    /** What carries it: the same, unless that is TLS. */
    final Socket carrier;

    final InputStream in;
    final OutputStream out;

    TestClient(Socket socket) throws IOException {
        this(socket, socket);
    }

    TestClient(Socket socket, Socket carrier) throws IOException {
        this.socket = socket;
        this.carrier = carrier;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    TestClient send(String text) throws IOException {
        return send(Http.latin1(text));
    }

    TestClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    Http.Message receive() throws IOException {
        return Http.response(in, false);
    }

    Http.Message get(String host, String target, String... fields) throws IOException {
        return request("GET", host, target, "", fields);
    }

    Http.Message post(String host, String target, String body, String... fields) throws IOException {
        return request("POST", host, target, body, fields);
    }

    private Http.Message request(String method, String host, String target, String body, String... fields)
            throws IOException {
        var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n");
        for (var field : fields) {
            head.append(field).append("\r\n");
        }
        if (!body.isEmpty()) {
            head.append("Content-Length: ").append(Http.latin1(body).length).append("\r\n");
        }
        send(head + "\r\n" + body);
        return Http.response(in, method.equals("HEAD"));
    }

    /** Whether the other side has closed. */
    boolean isAtEnd() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException | javax.net.ssl.SSLException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
