package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.ledger.UseRecord.Asked;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The resolver as a sandbox sees it, packet by packet. */
class DnsTest {
    private static final int A = 1;

    private final TestProxy proxy = new TestProxy.Builder().start();
    private final TestDns dns = new TestDns(proxy, TestProxy.SANDBOX);

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
        dns.overUdp(TestDns.query("api.example.com", A));
        dns.overUdp(TestDns.query("Data.in.Labels.evil.example", A));

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
        for (var reply :
                new byte[][] {dns.overUdp(TestDns.query(name, type)), dns.overTcp(TestDns.query(name, type))}) {
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
        assertThat(new TestDns(proxy, "127.0.0.9").overUdp(TestDns.query("api.example.com", A))[3] & 0x0f)
                .isEqualTo(5);
    }

    @Test
    void dropsWhatIsNoQuestionAndGoesOn() throws IOException {
        var good = TestDns.query("api.example.com", A);
        var many = good.clone();
        many[5] = 9;
        try (var socket = dns.socket()) {
            for (var packet : List.of(
                    new byte[] {1, 2, 3}, Arrays.copyOf(good, good.length - 6), many, TestDns.withId(9, good))) {
                socket.send(new DatagramPacket(packet, packet.length));
            }
            // They are taken in their order, so the first answer would be to the first that has one.
            var answer = TestDns.receive(socket);
            assertThat(answer[1]).isEqualTo((byte) 9);
            assertThat(TestDns.code(answer)).isZero();
        }
    }

    @Test
    void keepsNothingOfQueriesOverTcp() throws IOException {
        long before = PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
        for (int round = 0; round < 7; round++) {
            for (int i = 0; i < 20; i++) {
                dns.overTcp(TestDns.query("a" + i + ".evil.example", A));
            }
        }
        // The connections may still be closing.
        Eventually.holds(() -> PooledByteBufAllocator.DEFAULT.pinnedDirectMemory() - before < 100 * 1024);
    }
}
