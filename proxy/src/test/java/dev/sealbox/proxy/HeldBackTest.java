package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long the search for values keeps bytes of an answer that comes byte by byte. */
class HeldBackTest {
    private static final String HOST = "api.example.com";
    private static final String VALUE = "secret-value-of-a-sandbox";

    /** What is promised, and as much again for timers and threads. */
    private static final Duration MOST = Duration.ofMillis(2 * 20);

    /** A byte that is not held back at all takes less. */
    private static final Duration LEAST = Duration.ofMillis(15);

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final TestProxy.Builder set = new TestProxy.Builder();

    {
        set.put(HOST, TestUpstream.scripted(set.certificates(), HOST, (in, out) -> {
            Http.request(in);
            out.write(Http.latin1(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"));
            for (var piece = taken(); !piece.isEmpty(); piece = taken()) {
                out.write(Http.latin1("1\r\n" + piece + "\r\n"));
                out.flush();
            }
        }));
    }

    private final TestProxy proxy = set.start();

    private String taken() {
        try {
            var piece = events.poll(Eventually.LIMIT.toSeconds(), TimeUnit.SECONDS);
            return piece == null ? "" : piece;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    @BeforeEach
    void admit() {
        var policy = proxy.policy().allow(HOST);
        policy.secret("TOKEN", VALUE);
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    /**
     * Each byte is sent when the one before has arrived, and every s may begin a value. A busy machine makes some of them
     * late, but hardly all that one waits for: one that arrives in time shows how long is waited.
     */
    @Test
    void isNoLongerThanTwentyMilliseconds() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.send("GET /events HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            Http.head(client.in);
            long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
            long shortest = Long.MAX_VALUE;
            while (shortest > MOST.toNanos() && System.nanoTime() < deadline) {
                shortest = Math.min(shortest, taken(client, "s"));
                taken(client, " ");
            }
            events.add("");

            assertThat(Duration.ofNanos(shortest)).isBetween(LEAST, MOST);
        }
    }

    /** How long that byte takes from the upstream to the client. */
    private long taken(TestClient client, String piece) throws IOException {
        long sent = System.nanoTime();
        events.add(piece);
        assertThat(Http.line(client.in)).isEqualTo("1");
        assertThat(client.in.read()).isEqualTo(piece.charAt(0));
        long taken = System.nanoTime() - sent;
        Http.line(client.in);
        return taken;
    }
}
