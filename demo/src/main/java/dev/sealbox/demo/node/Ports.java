package dev.sealbox.demo.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Ports for nodes, which are chosen before they are bound, and bound again after a restart. They lie below those that the
 * kernel gives to whoever asks for any port: one of these may be taken at any time by a connection of somebody else.
 */
final class Ports {
    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int USUAL_FIRST = 32_768;
    private static final int WIDTH = 10_000;
    private static final int LOWEST = 1_025;
    private static final int ATTEMPTS = 100;
    private static final RandomGenerator RANDOM = new Random();

    private Ports() {}

    /** A port of loopback that nobody listens at now. */
    static int free() {
        int end = firstOfTheKernels();
        int begin = Math.max(LOWEST, end - WIDTH);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = end - begin < ATTEMPTS ? 0 : RANDOM.nextInt(begin, end);
            try (var socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return socket.getLocalPort();
            } catch (IOException e) {
                // Somebody listens there.
            }
        }
        throw new IllegalStateException("no free port from " + begin + " to " + end);
    }

    private static int firstOfTheKernels() {
        try {
            return Integer.parseInt(Files.readString(RANGE).strip().split("\\s+", 2)[0]);
        } catch (IOException | NumberFormatException e) {
            return USUAL_FIRST;
        }
    }
}
