package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are larger than memory may be. */
class StreamingTest {
    private static final String HOST = "api.example.com";
    private static final String FREE = "free.example.com";
    private static final String VALUE = "the-real-value";
    private static final int PIECE = 64 * 1024;
    private static final int PIECES = 1024;
    /** Far above what one connection may hold, far below the body. */
    private static final long BOUND = 4L << 20;

    private final AtomicLong received = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestProxy proxy = started();
    private final TestPolicy policy = proxy.policy().allow(HOST, FREE, "text.example.com");
    private final String token =
            policy.secret("API_KEY", VALUE, HOST, "text.example.com").value();
    private @org.jspecify.annotations.Nullable TestUpstream text;

    private TestProxy started() {
        set.put(HOST, TestUpstream.scripted(set.certificates(), HOST, this::serve));
        set.put(FREE, TestUpstream.scripted(set.certificates(), FREE, this::serve));
        text = set.secure("text.example.com", (request, out) -> {
            TestUpstream.respond(out, 200, "", "ok");
            return true;
        });
        return set.settings("sealbox.proxy.limits.replacements = 1000").start();
    }

    private void serve(InputStream in, OutputStream out) throws IOException {
        var head = Http.head(in);
        if (head.method().equals("GET")) {
            out.write(Http.latin1("HTTP/1.1 200 OK\r\nContent-Length: " + (long) PIECE * PIECES + "\r\n\r\n"));
            var piece = new byte[PIECE];
            for (int i = 0; i < PIECES; i++) {
                out.write(piece);
                sent.addAndGet(PIECE);
            }
            out.flush();
            in.read();
        } else if (head.field("Content-Length").isPresent()) {
            long left = Long.parseLong(head.field("Content-Length").orElseThrow());
            while (left > 0) {
                left -= in.readNBytes((int) Math.min(PIECE, left)).length;
                received.set((long) PIECE * PIECES - left);
            }
            TestUpstream.respond(out, 200, "", "ok");
        } else {
            for (int size = size(in); size > 0; size = size(in)) {
                in.skipNBytes(size);
                received.addAndGet(size);
                Http.line(in);
            }
            TestUpstream.respond(out, 200, "", "ok");
        }
    }

    private static int size(InputStream in) throws IOException {
        return Integer.parseInt(Http.line(in), 16);
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {HOST, FREE})
    void uploadsInBoundedMemory(String host) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, host)) {
            client.send(
                    "POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + (long) PIECE * PIECES + "\r\n\r\n");
            long most = 0;
            var piece = new byte[PIECE];
            for (int i = 0; i < PIECES; i++) {
                client.send(piece);
                most = Math.max(most, pooled());
            }
            assertThat(client.receive().status()).isEqualTo(200);
            assertThat(received.get()).isEqualTo((long) PIECE * PIECES);
            assertThat(most).isLessThan(BOUND);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {HOST, FREE})
    void downloadsInBoundedMemory(String host) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, host)) {
            client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
            var head = Http.head(client.in);
            assertThat(head.status()).isEqualTo(200);
            long most = 0;
            long read = 0;
            boolean chunked = head.field("Transfer-Encoding").isPresent();
            while (read < (long) PIECE * PIECES) {
                int size = chunked ? size(client.in) : PIECE;
                client.in.skipNBytes(size);
                read += size;
                if (chunked) {
                    Http.line(client.in);
                }
                most = Math.max(most, pooled());
            }
            assertThat(read).isEqualTo((long) PIECE * PIECES);
            assertThat(most).isLessThan(BOUND);
        }
    }

    @Test
    void holdsAFastUpstreamBackWhileTheClientReadsNothing() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, FREE)) {
            client.send("GET / HTTP/1.1\r\nHost: " + FREE + "\r\n\r\n");
            Http.head(client.in);

            long before = -1;
            long deadline = System.nanoTime() + Eventually.LIMIT.toNanos();
            long steadySince = System.nanoTime();
            while (System.nanoTime() < deadline && System.nanoTime() - steadySince < 700_000_000L) {
                long now = sent.get();
                steadySince = now == before ? steadySince : System.nanoTime();
                before = now;
                LockSupport.parkNanos(1_000_000);
            }

            // What lies in between fits into the kernel's buffers and the proxy's marks.
            assertThat(sent.get()).isLessThan((long) PIECE * PIECES / 2);
            client.in.skipNBytes((long) PIECE * PIECES);
            assertThat(sent.get()).isEqualTo((long) PIECE * PIECES);
        }
    }

    @RepeatedTest(10)
    void replacesTokensWhereverABodyIsCut(RepetitionInfo repetition) throws IOException {
        var random = new Random(repetition.getCurrentRepetition());
        var body = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            body.append("x".repeat(random.nextInt(4000)))
                    .append(token, 0, random.nextInt(token.length()))
                    .append(token);
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, "text.example.com")) {
            client.send("POST / HTTP/1.1\r\nHost: text.example.com\r\nContent-Length: " + body.length() + "\r\n\r\n");
            int at = 0;
            while (at < body.length()) {
                int end = Math.min(body.length(), at + 1 + random.nextInt(3000));
                client.send(body.substring(at, end));
                at = end;
            }
            assertThat(client.receive().status()).isEqualTo(200);
        }
        assertThat(java.util.Objects.requireNonNull(text).last().content())
                .isEqualTo(body.toString().replace(token, VALUE));
    }

    private static long pooled() {
        return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    }
}
