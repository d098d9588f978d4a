package dev.sealbox.persistence;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Passes bytes between clients and a server on this machine, or swallows them, as a network does that is cut: both sides
 * stay connected, and neither hears anything. A connection of which something was swallowed is of no use any more.
 */
final class Forwarder implements AutoCloseable {
    private final int server;
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile boolean silent;

    /** @param server its port */
    Forwarder(int server) throws IOException {
        this.server = server;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    void fallSilent() {
        silent = true;
    }

    /** What connects from now on is answered. */
    void speakAgain() {
        silent = false;
    }

    private void accept() {
        try {
            while (true) {
                var client = socket.accept();
                open.add(client);
                var upstream = new Socket(InetAddress.getLoopbackAddress(), server);
                open.add(upstream);
                var cut = new AtomicBoolean();
                Thread.ofVirtual().start(() -> pass(client, upstream, cut));
                Thread.ofVirtual().start(() -> pass(upstream, client, cut));
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private void pass(Socket from, Socket to, AtomicBoolean cut) {
        var buffer = new byte[8192];
        try {
            for (var read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                if (silent) {
                    cut.set(true);
                }
                if (!cut.get()) {
                    to.getOutputStream().write(buffer, 0, read);
                }
            }
            if (!cut.get()) {
                to.shutdownOutput();
            }
        } catch (IOException e) {
            // One of them was closed.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        for (var each : open) {
            each.close();
        }
    }
}
