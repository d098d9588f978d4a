package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client in the clear ends its side when it has asked all that it wants to, and still reads. */
class HalfCloseTest {
    private static final String HOST = "plain.example.com";
    private static final String GET = "GET http://" + HOST + "/%s HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream =
            set.put(HOST, TestUpstream.answering(set.certificates(), null, HalfCloseTest::answer));
    private final TestProxy proxy = set.start();

    private static boolean answer(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(out, 200, "", "x".repeat(300_000));
        return true;
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, proxy.policy().allow(HOST));
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
}
