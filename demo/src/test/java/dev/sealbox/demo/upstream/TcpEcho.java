package dev.sealbox.demo.upstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A service that is no web: it says every byte again, until the other side ends. Thread-safe. */
public final class TcpEcho implements AutoCloseable {
    private final Doorway door;

    public TcpEcho() {
        try {
            door = new Doorway(
                    new ServerSocket(0, 10, InetAddress.getLoopbackAddress()),
                    socket -> socket.getInputStream().transferTo(socket.getOutputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return door.port();
    }

    @Override
    public void close() {
        door.close();
    }
}
