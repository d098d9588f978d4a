package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How hostile code carries data in names, and back in answers; each test is named after what becomes of it. */
class DnsTunnelTest {
    private static final int A = 1;
    private static final int TXT = 16;
    private static final TestProxy PROXY = new TestProxy.Builder()
            .settings("sealbox.proxy.dns.queries-per-second = 200")
            .start();
    private static final TestProxy SLOW = new TestProxy.Builder()
            .settings("sealbox.proxy.dns.queries-per-second = 2")
            .start();
    private static final String FAST = "127.0.0.3";

    private final TestDns dns = new TestDns(PROXY, TestProxy.SANDBOX);

    @BeforeAll
    static void admit() {
        PROXY.admit(TestProxy.SANDBOX, PROXY.policy().allow("api.example.com", "*.wild.example"));
        for (var ip : List.of(TestProxy.SANDBOX, FAST)) {
            SLOW.admit(ip, SLOW.policy().allow("api.example.com"));
        }
    }

    @AfterAll
    static void stop() {
        PROXY.close();
        SLOW.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 6, 10, 12, 15, TXT, 28, 33, 35, 41, 43, 48, 64, 65, 99, 252, 255, 256, 65535})
    void noTypeButThatOfTheInventedAddressHasAnAnswer(int type) throws IOException {
        for (var name : List.of("api.example.com", "data.wild.example")) {
            var query = TestDns.query(name, type);
            for (var reply : List.of(dns.overUdp(query), dns.overTcp(query))) {
                assertThat(TestDns.code(reply)).isZero();
                assertThat(TestDns.records(reply)).isZero();
                assertThat(reply).hasSameSizeAs(query);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {A, 5, 10, TXT, 28, 65, 255})
    void aNameOffTheListIsRefusedWhateverIsAsked(int type) throws IOException {
        var data = "4a6f686e446f65".repeat(4) + "." + "f".repeat(63) + ".evil.example";
        for (var name : List.of(data, "evil.example", "com", "api.example.com.evil.example")) {
            var query = TestDns.query(name, type);
            for (var reply : List.of(dns.overUdp(query), dns.overTcp(query))) {
                assertThat(TestDns.code(reply)).isEqualTo(TestDns.REFUSED);
                assertThat(TestDns.records(reply)).isZero();
                assertThat(reply).hasSameSizeAs(query);
            }
        }
    }

    @Test
    void longLabelsOfAPermittedNameAreAnsweredHereWithTheSameAddress() throws IOException {
        var label = "d".repeat(63);
        for (var name : List.of("a.wild.example", label + "." + label + "." + label + ".wild.example")) {
            var query = TestDns.query(name, A);
            var reply = dns.overUdp(query);
            assertThat(TestDns.code(reply)).isZero();
            assertThat(TestDns.records(reply)).isEqualTo(1);
            assertThat(Arrays.copyOfRange(reply, reply.length - 4, reply.length))
                    .containsExactly(198, 18, 0, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u0000b.wild.example",
                "a b.wild.example",
                "a\u00ffb.wild.example",
                "a\u00adb.wild.example",
                "\u00aapi.example.com",
                "*.wild.example",
                "a..wild.example",
                "169.254.169.254",
                "a@b.wild.example",
            })
    void aNameThatIsNoneIsRefusedOrDropped(String name) throws IOException {
        var odd = TestDns.query(name, A);
        var good = TestDns.withId(9, TestDns.query("api.example.com", A));
        try (var socket = dns.socket()) {
            socket.send(new DatagramPacket(odd, odd.length));
            socket.send(new DatagramPacket(good, good.length));
            var reply = TestDns.receive(socket);
            if (reply[1] != 9) {
                assertThat(TestDns.code(reply)).isEqualTo(TestDns.REFUSED);
                assertThat(TestDns.records(reply)).isZero();
                reply = TestDns.receive(socket);
            }
            assertThat(reply[1]).isEqualTo((byte) 9);
            assertThat(TestDns.code(reply)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 254, 255})
    void anotherClassThanTheInternetIsRefused(int dnsClass) throws IOException {
        var reply = dns.overUdp(TestDns.query("api.example.com", TXT, dnsClass));
        assertThat(TestDns.code(reply)).isEqualTo(TestDns.REFUSED);
        assertThat(TestDns.records(reply)).isZero();
    }

    @Test
    void aNameThatLeadsToItselfAndWhatIsNoQueryAreDropped() throws IOException {
        var loop = TestDns.query("x", A);
        loop[12] = (byte) 0xc0;
        loop[13] = 12;
        var response = TestDns.query("api.example.com", A);
        response[2] |= (byte) 0x80;
        var update = TestDns.query("api.example.com", A);
        update[2] = 5 << 3;
        var good = TestDns.query("api.example.com", A);
        good[1] = 9;
        try (var socket = dns.socket()) {
            for (var packet : List.of(loop, response, update, new byte[0], new byte[12], good)) {
                socket.send(new DatagramPacket(packet, packet.length));
            }
            // They are taken in their order, so the first answer would be to the first that has one.
            assertThat(TestDns.receive(socket)[1]).isEqualTo((byte) 9);
        }
    }

    @Test
    void whatComesWithAQuestionIsNotSentBack() throws IOException {
        var query = TestDns.query("api.example.com", A);
        var option = new byte[] {0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 8, 0, 10, 0, 4, 'd', 'a', 't', 'a'};
        var extended = Arrays.copyOf(query, query.length + option.length);
        System.arraycopy(option, 0, extended, query.length, option.length);
        extended[11] = 1;

        var reply = dns.overUdp(extended);

        assertThat(TestDns.records(reply)).isEqualTo(1);
        assertThat(new String(reply, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("data");
    }

    @Test
    void aQueryOverTcpThatIsTooLongEndsItsConnection() throws IOException {
        assertThat(dns.overTcp(Arrays.copyOf(TestDns.query("api.example.com", A), 2000)))
                .isEmpty();
    }

    /** Of a burst so many are answered as may come at once, and as many more as the seconds allow that it took. */
    @Test
    void whoAsksTooFastIsDroppedAndNobodyElse() throws IOException {
        var query = TestDns.query("api.example.com", A);
        int sent = 100;
        try (var socket = new TestDns(SLOW, FAST).socket()) {
            long since = System.nanoTime();
            for (int i = 0; i < sent; i++) {
                socket.send(new DatagramPacket(query, query.length));
            }
            // They are taken in their order: an answer to somebody else shows that all of these were.
            assertThat(TestDns.code(new TestDns(SLOW, TestProxy.SANDBOX).overUdp(query)))
                    .isZero();
            double seconds = (System.nanoTime() - since) / 1e9;
            assertThat(TestDns.answersAt(socket)).isBetween(1, (int) (2 * 2 + 2 * seconds) + 1);
            assertThat(seconds).as("so short that some must be dropped").isLessThan(sent / 2 - 4);
        }
    }

    @Test
    void whoAsksTooFastOverTcpLosesTheConnection() {
        var query = TestDns.framed(TestDns.query("api.example.com", A));
        assertThatThrownBy(() -> {
                    try (var client =
                            new TestClient(SLOW.connect(FAST, SLOW.proxy.ports().dns()))) {
                        for (int i = 0; i < 100_000; i++) {
                            client.send(query);
                        }
                    }
                })
                .isInstanceOf(SocketException.class);
    }
}
