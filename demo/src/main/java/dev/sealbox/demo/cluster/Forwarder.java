package dev.sealbox.demo.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Lets machines of the network reach a server that listens on the loopback address of this one. Thread-safe. */
final class Forwarder implements AutoCloseable {
    private final ServerSocket entry;
    private final int target;

    /** From a free port of {@code address} to {@code target}. */
    Forwarder(String address, int target) {
        try {
            this.target = target;
            entry = new ServerSocket();
            entry.bind(new InetSocketAddress(address, 0), 200);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return entry.getLocalPort();
    }

    private void accept() {
        while (!entry.isClosed()) {
            try {
                var from = entry.accept();
                Thread.ofVirtual().start(() -> connect(from));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket from) {
        try (from;
                var to = new Socket(InetAddress.getLoopbackAddress(), target)) {
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            var back = Thread.ofVirtual().start(() -> copy(to, from));
            copy(from, to);
            back.join();
        } catch (IOException | InterruptedException e) {
            // One of the two has gone; the other is closed with it.
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    /** Who waits at the other side is not to wait for ever. */
    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    @Override
    public void close() {
        try {
            entry.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
