package dev.sealbox.demo.upstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Listens for TCP and UDP on one port of every address of this machine, and counts what arrives: a sandbox that can get
 * past the proxy would be heard here. Thread-safe.
 */
public final class Canary implements AutoCloseable {
    private final AtomicInteger heard = new AtomicInteger();
    private final ServerSocket tcp;
    private final DatagramSocket udp;

    public Canary() {
        try {
            tcp = new ServerSocket(0);
            udp = new DatagramSocket(new InetSocketAddress(tcp.getLocalPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
        Thread.ofPlatform().daemon().start(this::receive);
    }

    public int port() {
        return tcp.getLocalPort();
    }

    /** Connections and datagrams so far. */
    public int heard() {
        return heard.get();
    }

    /** The machine's addresses, without loopback, as a sandbox would dial them: its own interface is eth0. */
    public static List<String> addresses() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress())
                    .map(address -> address.getHostAddress().replaceFirst("%.*", "%eth0"))
                    .distinct()
                    .toList();
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        udp.close();
        try {
            tcp.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!tcp.isClosed()) {
            try {
                tcp.accept().close();
                heard.incrementAndGet();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void receive() {
        while (!udp.isClosed()) {
            try {
                udp.receive(new DatagramPacket(new byte[1], 1));
                heard.incrementAndGet();
            } catch (IOException closed) {
                return;
            }
        }
    }
}
