package dev.sealbox.demo.upstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;

/** Takes connections until it is closed, a virtual thread for each, and closes what has been served. Thread-safe. */
final class Doorway implements AutoCloseable {
    private final ServerSocket server;
    private final Service service;

    /** What is done with a connection; one that breaks ends it. */
    interface Service {
        void serve(Socket socket) throws IOException;
    }

    /** Takes the socket over. */
    Doorway(ServerSocket server, Service service) {
        this.server = server;
        this.service = service;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            service.serve(socket);
        } catch (IOException e) {
            // The other side went away.
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
