package dev.sealbox.proxy;

import io.netty.util.NetUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A stub resolver in a sandbox, packet by packet. */
record TestDns(TestProxy proxy, String from) {
    static final int REFUSED = 5;

    /** Asks again after a second, as resolvers do: the kernel drops what comes while the proxy is busy with many others. */
    byte[] overUdp(byte[] query) throws IOException {
        try (var socket = socket()) {
            socket.setSoTimeout(1000);
            long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
            while (true) {
                socket.send(new DatagramPacket(query, query.length));
                try {
                    return receive(socket);
                } catch (SocketTimeoutException e) {
                    if (System.nanoTime() > deadline) {
                        throw e;
                    }
                }
            }
        }
    }

    /** The answers that have come, without waiting for any. */
    static int answersAt(DatagramSocket socket) throws IOException {
        socket.setSoTimeout(1);
        int answers = 0;
        while (true) {
            try {
                receive(socket);
                answers++;
            } catch (SocketTimeoutException e) {
                return answers;
            }
        }
    }

    /** The query with another id. */
    static byte[] withId(int id, byte[] query) {
        var other = query.clone();
        other[1] = (byte) id;
        return other;
    }

    static byte[] receive(DatagramSocket socket) throws IOException {
        var reply = new DatagramPacket(new byte[1024], 1024);
        socket.receive(reply);
        return Arrays.copyOf(reply.getData(), reply.getLength());
    }

    /** What is asked comes in this order, so whoever has an answer to the last has all that there are to those before. */
    DatagramSocket socket() throws IOException {
        var socket = new DatagramSocket(new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(from), 0));
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), proxy.proxy.ports().dns()));
        socket.setSoTimeout((int) Eventually.LIMIT.toMillis());
        return socket;
    }

    /** Empty when the connection was closed instead. */
    byte[] overTcp(byte[] query) throws IOException {
        try (var client = new TestClient(proxy.connect(from, proxy.proxy.ports().dns()))) {
            client.send(framed(query));
            var length = client.in.readNBytes(2);
            return length.length < 2
                    ? new byte[0]
                    : client.in.readNBytes(ByteBuffer.wrap(length).getShort());
        }
    }

    /** With its length before it. */
    static byte[] framed(byte[] query) {
        return ByteBuffer.allocate(2 + query.length)
                .putShort((short) query.length)
                .put(query)
                .array();
    }

    static int code(byte[] reply) {
        return reply[3] & 0x0f;
    }

    /** How many records of any section but the question. */
    static int records(byte[] reply) {
        var head = ByteBuffer.wrap(reply);
        return head.getShort(6) + head.getShort(8) + head.getShort(10);
    }

    /** Of class IN; the name one char per byte. */
    static byte[] query(String name, int type) {
        return query(name, type, 1);
    }

    static byte[] query(String name, int type, int dnsClass) {
        var query = new ByteArrayOutputStream();
        query.writeBytes(new byte[] {0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        for (var label : name.split("\\.", -1)) {
            query.write(label.length());
            query.writeBytes(Http.latin1(label));
        }
        query.writeBytes(new byte[] {0, (byte) (type >> 8), (byte) type, 0, (byte) dnsClass});
        return query.toByteArray();
    }
}
