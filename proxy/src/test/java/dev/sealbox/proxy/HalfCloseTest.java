package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client ends its side when it has asked all that it wants to, and still reads. */
class HalfCloseTest {
    private static final String HOST = "plain.example.com";
    private static final String SECURE = "secure.example.com";
    private static final String GET = "GET http://" + HOST + "/%s HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream =
            set.put(HOST, TestUpstream.answering(set.certificates(), null, HalfCloseTest::answer));
    private final TestUpstream secure =
            set.put(SECURE, TestUpstream.answering(set.certificates(), SECURE, HalfCloseTest::answer));
    private final TestProxy proxy = set.start();

    private static boolean answer(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", "x".repeat(300_000));
        return true;
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, proxy.policy().allow(HOST, SECURE));
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void answersWhatWasAskedBeforeTheEndAndCloses() throws IOException {
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            client.send(GET.formatted(1) + GET.formatted(2));
            client.socket.shutdownOutput();

            assertThat(client.receive().text()).hasSize(300_000);
            assertThat(client.receive().text()).hasSize(300_000);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void givesUpARequestThatEndsInTheMiddle() throws IOException {
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            client.send("POST http://" + HOST + "/ HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 9\r\n\r\nhalf");
            client.socket.shutdownOutput();

            assertThat(client.isAtEnd()).isTrue();
        }
        assertThat(upstream.requests).isEmpty();
    }

    @Test
    void closesWhenNothingWasAsked() throws IOException {
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            client.send("GET http://" + HOST);
            client.socket.shutdownOutput();

            assertThat(client.isAtEnd()).isTrue();
        }
    }

    /** How a client of TLS says that it sends no more. */
    enum Word {
        /** The alert alone, as RFC 8446, 6.1 has it: Go's clients. */
        ALERT,
        /** The alert, and then the end of the TCP connection's one side: Java's and Node's. */
        ALERT_AND_FIN
    }

    @ParameterizedTest
    @EnumSource(Word.class)
    void answersInsideTlsWhatWasAskedBeforeTheEnd(Word word) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, SECURE)) {
            client.send(get(1) + get(2));
            end(client, word);

            assertThat(client.receive().text()).hasSize(300_000);
            assertThat(client.receive().text()).hasSize(300_000);
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Word.class)
    void givesUpInsideTlsWhatEndsInTheMiddle(Word word) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, SECURE)) {
            client.send("POST / HTTP/1.1\r\nHost: " + SECURE + "\r\nContent-Length: 9\r\n\r\nhalf");
            end(client, word);

            assertThat(client.isAtEnd()).isTrue();
        }
        assertThat(secure.requests).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Word.class)
    void closesInsideTlsWhenNothingIsAskedAnyMore(Word word) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, SECURE)) {
            assertThat(client.get(SECURE, "/").text()).hasSize(300_000);
            end(client, word);

            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void takesAConnectionThatIsCutInsideTlsForGone() throws IOException {
        var asked = new CountDownLatch(1);
        var gone = new CountDownLatch(1);
        var builder = new TestProxy.Builder();
        builder.put(SECURE, TestUpstream.scripted(builder.certificates(), SECURE, (in, out) -> {
            Http.head(in);
            asked.countDown();
            in.read();
            gone.countDown();
        }));
        try (var its = builder.start()) {
            its.admit(TestProxy.SANDBOX, its.policy().allow(SECURE));
            try (var client = its.tunnel(TestProxy.SANDBOX, SECURE)) {
                client.send(get(1));
                assertThat(asked.await(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                client.carrier.shutdownOutput();

                assertThat(gone.await(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A record of two bytes looks like an end as long as it is encrypted. */
    @Test
    void hearsWhatComesInPiecesOfOneAndTwoBytes() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, SECURE)) {
            var request = "POST / HTTP/1.1\r\nHost: " + SECURE + "\r\nContent-Length: 6\r\n\r\nabcdef";
            for (int round = 0; round < 2; round++) {
                for (int at = 0; at < request.length(); at += 2) {
                    client.send(request.substring(at, Math.min(at + 2, request.length())));
                }
                assertThat(client.receive().text()).hasSize(300_000);
            }
            for (int at = 0; at < request.length(); at++) {
                client.send(request.substring(at, at + 1));
            }
            assertThat(client.receive().text()).hasSize(300_000);
        }
        assertThat(secure.requests).extracting(Http.Message::text).containsExactly("abcdef", "abcdef", "abcdef");
    }

    /** The rest of a line looks like an end, while the line's beginning lies in the proxy's inbox. */
    @Test
    void hearsTheRestOfALineThatHasBegun() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, SECURE)) {
            client.send("POST / HTTP/1.1\r\nHost: " + SECURE + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("5\r\nhello\r\n0\r\n\r");
            client.send("\n");
            assertThat(client.receive().text()).hasSize(300_000);
        }
        assertThat(secure.requests).extracting(Http.Message::text).containsExactly("hello");
    }

    @Test
    void givesUpAChunkThatEndsInTheMiddleOfItsSize() throws IOException {
        try (var client = proxy.explicit(TestProxy.SANDBOX)) {
            client.send("POST http://" + HOST + "/ HTTP/1.1\r\nHost: " + HOST
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1");
            client.socket.shutdownOutput();

            assertThat(client.isAtEnd()).isTrue();
        }
        assertThat(upstream.requests).isEmpty();
    }

    private static String get(int number) {
        return "GET /" + number + " HTTP/1.1\r\nHost: " + SECURE + "\r\n\r\n";
    }

    private static void end(TestClient client, Word word) throws IOException {
        client.socket.shutdownOutput();
        if (word == Word.ALERT_AND_FIN) {
            client.carrier.shutdownOutput();
        }
    }
}
