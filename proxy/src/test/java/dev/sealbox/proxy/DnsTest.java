package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.ledger.UseRecord.Asked;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.NetUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The resolver as a sandbox sees it, packet by packet. */
class DnsTest {
    private static final int A = 1;

    private final TestProxy proxy = new TestProxy.Builder()
            .settings("sealbox.proxy.dns.queries-per-second = 100")
            .start();

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, proxy.policy().allow("api.example.com", "*.wild.example"));
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void tellsTheLedgerOfRefusedNames() throws IOException {
        overUdp(query("api.example.com", A));
        overUdp(query("Data.in.Labels.evil.example", A));

        var record = proxy.ledger.only();
        assertThat(record.rule()).isEqualTo("dns.name-not-allowed");
        assertThat(record.asked()).isEqualTo(new Asked("DNS", "data.in.labels.evil.example", ""));
    }

    @ParameterizedTest
    @CsvSource({
        "api.example.com, 1, 0, 198.18.0.1",
        "API.Example.com, 1, 0, 198.18.0.1",
        "a.b.wild.example, 1, 0, 198.18.0.1",
        "localhost, 1, 0, 127.0.0.1",
        "api.example.com, 28, 0, ''",
        "api.example.com, 16, 0, ''",
        "api.example.com, 65, 0, ''",
        "api.example.com, 255, 0, ''",
        "evil.example, 1, 5, ''",
        "wild.example, 1, 5, ''",
        "data.in.labels.evil.example, 16, 5, ''",
    })
    void answersByPolicy(String name, int type, int code, String address) throws IOException {
        for (var reply : new byte[][] {overUdp(query(name, type)), overTcp(query(name, type))}) {
            assertThat(reply[1]).isEqualTo((byte) 7);
            assertThat(reply[3] & 0x0f).isEqualTo(code);
            assertThat(reply[7]).isEqualTo((byte) (address.isEmpty() ? 0 : 1));
            if (!address.isEmpty()) {
                var last = new byte[4];
                System.arraycopy(reply, reply.length - 4, last, 0, 4);
                assertThat(InetAddress.getByAddress(last).getHostAddress()).isEqualTo(address);
            }
        }
    }

    @Test
    void refusesStrangers() throws IOException {
        assertThat(ask("127.0.0.9", query("api.example.com", A))[3] & 0x0f).isEqualTo(5);
    }

    @Test
    void dropsWhatIsNoQuestionAndGoesOn() throws IOException {
        assertThatThrownBy(() -> overUdp(new byte[] {1, 2, 3})).isInstanceOf(SocketTimeoutException.class);
        var cut = query("api.example.com", A);
        assertThatThrownBy(() -> overUdp(java.util.Arrays.copyOf(cut, cut.length - 6)))
                .isInstanceOf(SocketTimeoutException.class);
        var many = query("api.example.com", A);
        many[5] = 9;
        assertThatThrownBy(() -> overUdp(many)).isInstanceOf(SocketTimeoutException.class);

        assertThat(overUdp(query("api.example.com", A))[3] & 0x0f).isZero();
    }

    @Test
    void keepsNothingOfQueriesOverTcp() throws IOException {
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        for (int round = 0; round < 7; round++) {
            for (int i = 0; i < 20; i++) {
                overTcp(query("a" + i + ".evil.example", A));
            }
        }
        // A few receive buffers of connections that are still closing.
        assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before).isLessThan(100 * 1024);
    }

    @Test
    void dropsWhatComesTooFast() throws IOException {
        int answered = 0;
        try (var socket = socket(TestProxy.SANDBOX)) {
            for (int i = 0; i < 500; i++) {
                socket.send(new DatagramPacket(query("api.example.com", A), 33));
            }
            while (true) {
                socket.receive(new DatagramPacket(new byte[512], 512));
                answered++;
            }
        } catch (SocketTimeoutException e) {
            assertThat(answered).isBetween(100, 400);
        }
    }

    private byte[] overUdp(byte[] query) throws IOException {
        return ask(TestProxy.SANDBOX, query);
    }

    private byte[] ask(String from, byte[] query) throws IOException {
        try (var socket = socket(from)) {
            socket.send(new DatagramPacket(query, query.length));
            var reply = new DatagramPacket(new byte[512], 512);
            socket.receive(reply);
            return java.util.Arrays.copyOf(reply.getData(), reply.getLength());
        }
    }

    private DatagramSocket socket(String from) throws IOException {
        var socket = new DatagramSocket(new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(from), 0));
        socket.connect(new InetSocketAddress(
                InetAddress.getLoopbackAddress(), proxy.proxy.ports().dns()));
        socket.setSoTimeout(500);
        return socket;
    }

    private byte[] overTcp(byte[] query) throws IOException {
        try (var client = new TestClient(
                proxy.connect(TestProxy.SANDBOX, proxy.proxy.ports().dns()))) {
            client.send(ByteBuffer.allocate(2 + query.length)
                    .putShort((short) query.length)
                    .put(query)
                    .array());
            int length = ByteBuffer.wrap(client.in.readNBytes(2)).getShort();
            return client.in.readNBytes(length);
        }
    }

    private static byte[] query(String name, int type) {
        var query = new ByteArrayOutputStream();
        query.writeBytes(new byte[] {0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
        for (var label : name.split("\\.", -1)) {
            query.write(label.length());
            query.writeBytes(Http.latin1(label));
        }
        query.writeBytes(new byte[] {0, 0, (byte) type, 0, 1});
        return query.toByteArray();
    }
}
