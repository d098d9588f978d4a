package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class FileRoutesTest {
    private static TestServer server;
    private static String files = "";

    @BeforeAll
    static void start() {
        server = new TestServer();
        files = files(server);
    }

    private static String files(TestServer of) {
        return "/api/sandboxes/"
                + of.send("POST", "/api/sandboxes", "{}")
                        .json()
                        .path("sandboxID")
                        .asText()
                + "/files";
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static int put(String path, byte[] bytes, String... headers) {
        var all = Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "X-API-Key";
        all[headers.length + 1] = TestServer.KEY;
        return server.send("PUT", files + "?path=" + path, BodyPublishers.ofByteArray(bytes), all)
                .status();
    }

    /** A stream of a given length that counts what was taken of it and whether it was closed. */
    private static final class Counted extends InputStream {
        private final AtomicLong left;
        final AtomicLong taken = new AtomicLong();
        final AtomicBoolean closed = new AtomicBoolean();

        Counted(long length) {
            this.left = new AtomicLong(length);
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("read in bulk");
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            if (left.get() <= 0) {
                return -1;
            }
            var count = (int) Math.min(length, left.get());
            left.addAndGet(-count);
            taken.addAndGet(count);
            return count;
        }

        @Override
        public void close() {
            closed.set(true);
        }
    }

    @Test
    void storesBytesAsTheyAreWhateverTheirType() {
        var bytes = new byte[] {0, (byte) 0xff, '{', '\r', '\n'};

        assertThat(put("/a", bytes, "Content-Type", "application/json")).isEqualTo(204);
        assertThat(server.sandboxes.files.get("/a")).isEqualTo(bytes);
        assertThat(put("/b", bytes)).isEqualTo(204);
        assertThat(server.sandboxes.files.get("/b")).isEqualTo(bytes);
        assertThat(put("/c", "text".getBytes(StandardCharsets.UTF_8), "Content-Type", "text/plain;charset=UTF-8"))
                .isEqualTo(204);
        assertThat(put("/empty", new byte[0])).isEqualTo(204);
        assertThat(server.sandboxes.files.get("/empty")).isEmpty();
    }

    @Test
    void readsWhatIsThereAndSaysWhatIsNot() {
        server.sandboxes.files.put("/home/sandbox/x y+z", "gr\u00fc\u00df".getBytes(StandardCharsets.UTF_8));
        server.sandboxes.files.put("/none", new byte[0]);

        var plus = server.send("GET", files + "?path=/home/sandbox/x+y%2Bz");
        var percent = server.send("GET", files + "?path=%2Fhome%2Fsandbox%2Fx%20y%2Bz");
        var empty = server.send("GET", files + "?path=/none");
        var missing = server.send("GET", files + "?path=/missing");

        assertThat(plus.body()).isEqualTo("gr\u00fc\u00df");
        assertThat(percent.body()).isEqualTo("gr\u00fc\u00df");
        assertThat(percent.headers().firstValue("content-type")).contains("application/octet-stream");
        assertThat(empty.status()).isEqualTo(200);
        assertThat(empty.body()).isEmpty();
        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.code()).isEqualTo("file.not-found");
    }

    @Test
    void listsMakesAndRemoves() {
        server.sandboxes.files.clear();

        assertThat(server.send("POST", files + "/mkdir?path=/d").status()).isEqualTo(204);
        assertThat(server.send("GET", files + "/list?path=/").json())
                .hasToString("[{\"name\":\"d\",\"isDir\":true,\"path\":\"/d\",\"size\":0}]");
        assertThat(server.send("GET", files + "/list").status()).isEqualTo(200);
        assertThat(server.send("DELETE", files + "?path=/d").status()).isEqualTo(204);
        assertThat(server.send("GET", files + "/list").body()).isEqualTo("[]");
    }

    @Test
    void needsAPath() {
        for (var query : new String[] {"", "?path=", "?path=a%00b", "?path=" + "a".repeat(5000)}) {
            assertThat(server.send("GET", files + query).status()).as(query).isEqualTo(400);
            assertThat(server.send("PUT", files + query, BodyPublishers.ofString("x"), "X-API-Key", TestServer.KEY)
                            .status())
                    .isEqualTo(400);
            assertThat(server.send("POST", files + "/mkdir" + query).status()).isEqualTo(400);
            assertThat(server.send("DELETE", files + query).status()).isEqualTo(400);
        }
    }

    @Test
    void streamsALargeUploadWithoutHoldingIt() {
        var length = 300L * 1024 * 1024;
        var seen = new AtomicLong();
        server.sandboxes.sink = in -> CompletableFuture.supplyAsync(() -> {
            seen.set(drained(in));
            return Outcome.done(Unit.DONE);
        });
        var source = new Counted(length);

        var answer = server.send(
                "PUT", files + "?path=/sink", BodyPublishers.ofInputStream(() -> source), "X-API-Key", TestServer.KEY);

        assertThat(answer.status()).isEqualTo(204);
        assertThat(seen.get()).isEqualTo(length);
    }

    private static long drained(InputStream in) {
        var buffer = new byte[64 * 1024];
        var sum = 0L;
        try {
            for (var n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sum += n;
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return sum;
    }

    @Test
    void takesOfAnUploadOnlyWhatTheSandboxTakes() {
        var release = new CompletableFuture<Unit>();
        var seen = new AtomicLong();
        var source = new Counted(64L * 1024 * 1024);
        // A body that nobody has begun to take for so long is given up; this one is begun, and left.
        try (var strict = new TestServer("akka.stream.materializer.subscription-timeout.timeout = 1 s")) {
            strict.sandboxes.sink = in -> release.thenApplyAsync(go -> {
                seen.set(drained(in));
                return Outcome.done(Unit.DONE);
            });
            var answer = CompletableFuture.supplyAsync(() -> strict.send(
                    "PUT",
                    files(strict) + "?path=/sink",
                    BodyPublishers.ofInputStream(() -> source),
                    "X-API-Key",
                    TestServer.KEY));

            var stalled = settled(source.taken);
            release.complete(Unit.DONE);

            assertThat(stalled).isLessThan(32L * 1024 * 1024);
            assertThat(answer.join().status()).isEqualTo(204);
        }
        assertThat(seen.get()).isEqualTo(64L * 1024 * 1024);
    }

    /** The number when it has not changed for a second. */
    private static long settled(AtomicLong number) {
        var stood = new long[] {0, System.nanoTime()};
        TestServer.until("nothing more is taken", () -> {
            if (number.get() != stood[0] || stood[0] == 0) {
                stood[0] = number.get();
                stood[1] = System.nanoTime();
            }
            return System.nanoTime() - stood[1] > 1_000_000_000L;
        });
        return stood[0];
    }

    @Test
    void readsOfAFileOnlyWhatTheClientTakesAndClosesItWhenTheClientGoes() throws IOException {
        var source = new Counted(1L << 40);
        server.sandboxes.stream = () -> source;

        try (var socket = server.socket()) {
            socket.setReceiveBufferSize(64 * 1024);
            socket.getOutputStream()
                    .write(("GET " + files + "?path=/stream HTTP/1.1\r\nHost: x\r\nX-API-Key: " + TestServer.KEY
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');

            assertThat(settled(source.taken)).isLessThan(64L * 1024 * 1024);
        }

        TestServer.until("the file is closed", source.closed::get);
    }

    @Test
    void failsAnUploadThatBreaksOff() throws Exception {
        var begun = new CompletableFuture<Unit>();
        var failed = new CompletableFuture<Throwable>();
        server.sandboxes.sink = in -> CompletableFuture.supplyAsync(() -> {
            begun.complete(Unit.DONE);
            try {
                drained(in);
            } catch (RuntimeException e) {
                failed.complete(e);
                throw e;
            }
            failed.complete(new AssertionError("a broken upload looked whole"));
            return Outcome.done(Unit.DONE);
        });

        try (var socket = server.socket()) {
            socket.getOutputStream()
                    .write(("PUT " + files + "?path=/sink HTTP/1.1\r\nHost: x\r\nX-API-Key: " + TestServer.KEY
                                    + "\r\nContent-Length: 1000\r\n\r\nonly this")
                            .getBytes(StandardCharsets.US_ASCII));
            begun.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        assertThat(failed.get(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(java.io.UncheckedIOException.class);
    }

    @Test
    void breaksOffAnAnswerWhoseFileBreaksOff() {
        server.sandboxes.stream = () -> new InputStream() {
            private int left = 100_000;

            @Override
            public int read() throws IOException {
                throw new IOException("read in bulk");
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (left <= 0) {
                    throw new IOException("the disk is gone");
                }
                var count = Math.min(length, left);
                left -= count;
                return count;
            }
        };

        assertThatThrownBy(() -> server.send("GET", files + "?path=/stream")).isInstanceOf(AssertionError.class);
    }

    @RepeatedTest(15)
    void answersAClientThatIsStillSendingARefusedUpload() {
        var unknown = "/api/sandboxes/sb-0000000000000000/files?path=/x";

        var answer = server.send(
                "PUT", unknown, BodyPublishers.ofByteArray(new byte[8 * 1024 * 1024]), "X-API-Key", TestServer.KEY);

        assertThat(answer.status()).isEqualTo(404);
    }
}
