package dev.sealbox.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.Preview;
import dev.sealbox.domain.preview.PreviewHash;
import dev.sealbox.domain.preview.PreviewPort;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes through a preview host and what does not, byte by byte: both sides are plain sockets. */
class PreviewDoorTest {
    private static final PreviewPort PORT = new PreviewPort(3000);
    private static final String TOKEN = "a-token-of-this-sandbox";
    private static TestServer server;

    private final List<Program> programs = new ArrayList<>();
    private SandboxId sandbox = new SandboxId("sb-0000000000000000");
    private String host = "";

    @BeforeAll
    static void start() {
        server = new TestServer("sealbox.http.preview.every-port = true, sealbox.http.preview.look-again = 20 ms,"
                + " sealbox.http.preview.domains = \"acme=apps.acme.test,rival=rival.test\","
                + " sealbox.http.failed-authentications.per-window = 100");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void create() {
        sandbox = new SandboxId(server.send("POST", "/api/sandboxes", "{}")
                .json()
                .get("sandboxID")
                .asText());
        host = sandbox + "-p3000.localhost";
    }

    @AfterEach
    void end() throws IOException {
        for (var program : programs) {
            program.close();
        }
        server.previews.programs.clear();
        TestServer.until("all connections are closed", () -> server.previews.open.get() == 0);
    }

    private Program saying(String answer) throws IOException {
        return running(Program.saying(answer));
    }

    private Program running(Program program) {
        programs.add(program);
        server.previews.programs.put(PORT, program.port());
        return program;
    }

    /** Sends these bytes and hears all of the answer. */
    private static String raw(String request) throws IOException {
        return raw(server, request);
    }

    private static String raw(TestServer asked, String request) throws IOException {
        try (var socket = asked.socket()) {
            socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    private String get(String path, String... fields) throws IOException {
        return raw("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close, X-Named\r\n"
                + String.join(
                        "",
                        List.of(fields).stream().map(field -> field + "\r\n").toList()) + "\r\n");
    }

    private void guard() {
        server.previews.previews.put(sandbox, Preview.NONE.guardedBy(PreviewHash.of(TOKEN)));
    }

    private static final String FINE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Own: yes\r\n\r\nhello";

    @Test
    void passesARequestOnAndItsAnswerBack() throws IOException {
        var program = saying(FINE);

        var answer = get("/a%20b/c?d=%2F&e", "X-Mine: 1", "Cookie: a=\"b c\"; d=e", "User-Agent: (odd", "Accept: */*");

        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("X-Own: yes")
                .endsWith("hello");
        assertThat(program.lastHead())
                .startsWith("GET /a%20b/c?d=%2F&e HTTP/1.1\n")
                .contains("host: " + host + "\n")
                .contains("x-mine: 1\n")
                .contains("user-agent: (odd\n")
                .contains("accept: */*\n")
                .contains("cookie: a=\"b c\"; d=e\n")
                .contains("x-forwarded-for: 127.0.0.1\n")
                .contains("x-forwarded-host: " + host + "\n")
                .contains("x-forwarded-proto: http\n")
                .contains("connection: close\n");
    }

    @Test
    void leadsBelowAnOrganisationsDomainToItsOwnSandboxesOnly() throws IOException {
        saying(FINE);
        host = sandbox + "-p3000.apps.acme.test";
        assertThat(get("/")).startsWith("HTTP/1.1 200 ");
        host = sandbox + "-p3000.rival.test";
        assertThat(get("/")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void streamsBodiesBothWaysAsTheyCome() throws IOException {
        running(new Program(socket -> {
            Program.head(socket);
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(ISO_8859_1));
            // Each chunk of the request comes back before the next one is sent.
            while (true) {
                var size = new StringBuilder();
                for (var next = socket.getInputStream().read();
                        next != '\n';
                        next = socket.getInputStream().read()) {
                    size.append((char) next);
                }
                var length = Integer.parseInt(size.toString().strip(), 16);
                var chunk = socket.getInputStream().readNBytes(length + 2);
                socket.getOutputStream().write((Integer.toHexString(length) + "\r\n").getBytes(ISO_8859_1));
                socket.getOutputStream().write(chunk);
                if (length == 0) {
                    return;
                }
            }
        }));
        try (var socket = server.socket()) {
            socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
            socket.getOutputStream()
                    .write(("POST /echo HTTP/1.1\r\nHost: " + host + "\r\nTransfer-Encoding: chunked\r\n\r\n")
                            .getBytes(ISO_8859_1));
            var head = Program.head(socket);
            assertThat(head).startsWith("HTTP/1.1 200 OK").contains("Transfer-Encoding: chunked");
            for (var word : List.of("one", "three", "seven")) {
                var chunk = Integer.toHexString(word.length()) + "\r\n" + word + "\r\n";
                socket.getOutputStream().write(chunk.getBytes(ISO_8859_1));
                assertThat(new String(socket.getInputStream().readNBytes(chunk.length()), ISO_8859_1))
                        .isEqualTo(chunk);
            }
            socket.getOutputStream().write("0\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(new String(socket.getInputStream().readNBytes(5), ISO_8859_1))
                    .isEqualTo("0\r\n\r\n");
        }
    }

    @Test
    void holdsAProgramBackThatSaysMoreThanIsTaken() throws IOException {
        var written = new java.util.concurrent.atomic.AtomicLong();
        running(new Program(socket -> {
            Program.head(socket);
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
            var block = new byte[64 << 10];
            while (true) {
                socket.getOutputStream().write(block);
                written.addAndGet(block.length);
            }
        }));
        try (var socket = server.socket()) {
            socket.getOutputStream().write(("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(ISO_8859_1));
            Program.head(socket);
            var stood = new long[] {-1, System.nanoTime()};
            TestServer.until("the program is held back", () -> {
                var now = written.get();
                if (now != stood[0]) {
                    stood[0] = now;
                    stood[1] = System.nanoTime();
                }
                return System.nanoTime() - stood[1] > 300_000_000L;
            });
            // What the kernel holds on the way is all that it got rid of.
            assertThat(written.get()).isLessThan(64L << 20);
        }
    }

    @Test
    void keepsFieldsOfTheConnectionAndKeysToItself() throws IOException {
        var program = saying(String.join(
                "\r\n",
                "HTTP/1.1 200 OK",
                "Content-Length: 2",
                "Connection: X-Hop, close",
                "X-Hop: 1",
                "Keep-Alive: timeout=5",
                "Proxy-Authenticate: Basic",
                "Alt-Svc: h3=\":443\"",
                "Clear-Site-Data: \"cookies\"",
                "Server: mine",
                "Set-Cookie: a=b; Path=/; Domain=localhost; HttpOnly",
                "Set-Cookie: c=d; DOMAIN = .localhost",
                "",
                "ok"));

        var answer = get(
                "/",
                "X-API-Key: " + TestServer.KEY,
                "X-Named: 1",
                "Keep-Alive: 1",
                "TE: trailers",
                "Proxy-Authorization: Basic eA==",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__",
                "X-OC-Preview-Token: nobody-asked-for-it",
                "Authorization: Basic YTpi");

        assertThat(program.lastHead())
                .doesNotContain(TestServer.KEY)
                .doesNotContain("x-api-key", "x-named", "keep-alive", "te: ", "proxy-auth", "upgrade", "http2-settings")
                .doesNotContain("x-oc-preview-token", "X-Named")
                .contains("authorization: Basic YTpi\n");
        assertThat(answer)
                .contains("Set-Cookie: a=b; Path=/; HttpOnly\r\n")
                .contains("Set-Cookie: c=d\r\n")
                .contains("Server: sealbox")
                .doesNotContain("X-Hop", "Keep-Alive", "Proxy-Authenticate", "Alt-Svc", "Clear-Site-Data", "mine");
    }

    @Test
    void asksForTheTokenWhereThereIsOne() throws IOException {
        guard();
        var program = saying(FINE);

        assertThat(get("/")).startsWith("HTTP/1.1 401").contains("WWW-Authenticate: Bearer");
        assertThat(get("/", "Authorization: Bearer another-token-than-this")).startsWith("HTTP/1.1 401");
        assertThat(get("/", "X-OC-Preview-Token: " + TOKEN.toUpperCase(Locale.ROOT)))
                .startsWith("HTTP/1.1 401");
        assertThat(get("/?token=" + TOKEN, "X-OC-Preview-Token: ")).startsWith("HTTP/1.1 401");
        assertThat(get("/", "Authorization: Basic " + TOKEN, "Cookie: token=" + TOKEN))
                .startsWith("HTTP/1.1 401");
        assertThat(get("/", "X-API-Key: " + TestServer.KEY)).startsWith("HTTP/1.1 401");
        assertThat(program.heads).isEmpty();

        assertThat(get("/", "authorization: bearer  " + TOKEN + " ")).startsWith("HTTP/1.1 200");
        assertThat(program.lastHead()).doesNotContain("authorization", TOKEN);
        assertThat(get("/", "X-OC-Preview-Token: " + TOKEN, "Authorization: Bearer of-the-program"))
                .startsWith("HTTP/1.1 200");
        assertThat(program.lastHead())
                .contains("authorization: Bearer of-the-program\n")
                .doesNotContain(TOKEN);
        assertThat(get("/", "X-OC-Preview-Token: " + TOKEN, "Authorization: Bearer " + TOKEN))
                .startsWith("HTTP/1.1 200");
        assertThat(program.lastHead()).doesNotContain(TOKEN);
    }

    @Test
    void takesNoTokenOfAnotherSandbox() throws IOException {
        guard();
        saying(FINE);
        var other = host;
        create();
        server.previews.previews.put(sandbox, Preview.NONE.guardedBy(PreviewHash.of("the-token-of-the-other")));

        assertThat(get("/", "Authorization: Bearer " + TOKEN)).startsWith("HTTP/1.1 401");
        host = other;
        assertThat(get("/", "Authorization: Bearer " + TOKEN)).startsWith("HTTP/1.1 200");
    }

    @Test
    void saysThatNothingListens() throws IOException {
        assertThat(get("/"))
                .startsWith("HTTP/1.1 502")
                .contains("text/html")
                .contains("Nothing listens on port 3000 of this sandbox.");
    }

    @Test
    void leadsNowhereForANameThatIsNoSandbox() throws IOException {
        var body = "There is no preview at this address.";
        for (var name : List.of("sb-ffffffffffffffff-p3000", sandbox + "-p0", sandbox + "-p70000", sandbox.value())) {
            host = name + ".localhost";
            assertThat(get("/")).as(name).startsWith("HTTP/1.1 404").contains(body);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/sandboxes", "/health", "/metrics", "/openapi.yaml", "/api/whoami", "/readyz"})
    void neverReachesTheApi(String path) throws IOException {
        saying("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nprogram");

        assertThat(get(path, "X-API-Key: " + TestServer.KEY)).endsWith("program");
        for (var written : List.of(host.toUpperCase(Locale.ROOT), host + ".", host + ":8080")) {
            var before = host;
            host = written;
            assertThat(get(path, "X-API-Key: " + TestServer.KEY)).as(written).endsWith("program");
            host = before;
        }
        host = "x." + host;
        assertThat(get(path, "X-API-Key: " + TestServer.KEY)).startsWith("HTTP/1.1 404");
    }

    @Test
    void refusesRequestsOfTwoMinds() throws IOException {
        var program = saying(FINE);
        var end = "Connection: close\r\n\r\n";
        for (var request : List.of(
                "GET / HTTP/1.1\r\nHost: " + host + "\r\nHost: localhost\r\n" + end,
                "GET http://localhost/api/whoami HTTP/1.1\r\nHost: " + host + "\r\n" + end,
                "GET http://" + host + "/ HTTP/1.1\r\nHost: localhost\r\n" + end,
                "GET / HTTP/1.1\r\n" + end,
                "POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 5\r\nContent-Length: 6\r\n" + end + "hello!",
                "POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 5, 5\r\n" + end + "hello",
                "POST / HTTP/1.1\r\nHost: " + host + "\r\nTransfer-Encoding: xchunked\r\n" + end + "0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: " + host + "\r\nX-A : b\r\n" + end,
                "GET /\u0001 HTTP/1.1\r\nHost: " + host + "\r\n" + end)) {
            assertThat(raw(request)).as(request).matches("(?s)HTTP/1\\.1 (400|501|505) .*");
        }
        assertThat(program.heads).isEmpty();
    }

    /** A body with both framings is read as chunked, and leaves as one framing only. */
    @Test
    void sendsOneFramingOnly() throws IOException {
        var program = saying(FINE);

        var answer = raw("POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"
                + "Connection: close\r\n\r\n0\r\n\r\nGET /api/whoami HTTP/1.1\r\nHost: localhost\r\n\r\n");

        assertThat(answer).doesNotContain("org_id");
        assertThat(program.heads).hasSizeLessThanOrEqualTo(1).noneMatch(head -> {
            var small = head.toLowerCase(Locale.ROOT);
            return small.contains("content-length") && small.contains("transfer-encoding");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX-A: b\u0000c\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/9.9 200 OK\r\n\r\n",
                "",
                "HTTP/1.1 200 OK\r\nX-A: b"
            })
    void answers502ForWhatIsNoAnswer(String said) throws IOException {
        saying(said);

        assertThat(get("/")).as(said).startsWith("HTTP/1.1 502").contains("did not answer in HTTP");
    }

    @Test
    void waitsForTheAnswerAfterHints() throws IOException {
        saying("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + FINE);

        assertThat(get("/")).startsWith("HTTP/1.1 200").endsWith("hello");
    }

    @Test
    void readsNoHeadWithoutEnd() throws IOException {
        running(new Program(socket -> {
            Program.head(socket);
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\n".getBytes(ISO_8859_1));
            while (true) {
                socket.getOutputStream().write("X-More: and more\r\n".getBytes(ISO_8859_1));
            }
        }));

        assertThat(get("/")).startsWith("HTTP/1.1 502");
    }

    @Test
    void waitsOnlySoLongForAnAnswer() throws IOException {
        var silent = running(new Program(socket -> {
            Program.head(socket);
            socket.getInputStream().read();
        }));
        try (var impatient = new TestServer("sealbox.http.preview { every-port = true, answer-timeout = 300 ms }")) {
            var box = impatient
                    .send("POST", "/api/sandboxes", "{}")
                    .json()
                    .get("sandboxID")
                    .asText();
            impatient.previews.programs.put(PORT, silent.port());

            assertThat(raw(
                            impatient,
                            "GET / HTTP/1.1\r\nHost: " + box + "-p3000.localhost\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 504");
        }
    }

    @Test
    void tellsABreakFromAnEnd() throws IOException {
        for (var said : List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n")) {
            saying(said);
            assertThatThrownBy(() -> get("/")).as("cut off").isInstanceOf(SocketException.class);
        }

        saying("HTTP/1.1 200 OK\r\n\r\nall of it");
        assertThat(get("/")).startsWith("HTTP/1.1 200 OK").contains("all of it").endsWith("0\r\n\r\n");
    }

    @Test
    void makesNothingOfWhatAProgramSaysTooMuch() throws IOException {
        saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
        try (var socket = server.socket()) {
            socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
            for (var each = 0; each < 2; each++) {
                socket.getOutputStream().write(("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(ISO_8859_1));
                assertThat(Program.head(socket)).contains("Content-Length: 2");
                assertThat(new String(socket.getInputStream().readNBytes(2), ISO_8859_1))
                        .isEqualTo("ok");
            }
            socket.getOutputStream().write("GET /api/whoami HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(Program.head(socket)).startsWith("HTTP/1.1 401");
        }
    }

    @Test
    void hangsUpWhenTheVisitorDoes() throws IOException {
        running(new Program(socket -> {
            Program.head(socket);
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(ISO_8859_1));
            while (true) {
                socket.getOutputStream().write(new byte[1024]);
            }
        }));
        try (var socket = server.socket()) {
            socket.getOutputStream().write(("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(ISO_8859_1));
            Program.head(socket);
            assertThat(server.previews.open).hasValue(1);
        }
        TestServer.until("all connections are closed", () -> server.previews.open.get() == 0);
    }

    private Socket handshake(String... fields) throws IOException {
        var socket = server.socket();
        socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
        socket.getOutputStream()
                .write(("GET /live?a=b HTTP/1.1\r\nHost: " + host + "\r\nConnection: keep-alive, Upgrade\r\n"
                                + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                + "Sec-WebSocket-Protocol: one, two\r\nOrigin: http://" + host + "\r\n"
                                + String.join(
                                        "",
                                        List.of(fields).stream()
                                                .map(field -> field + "\r\n")
                                                .toList())
                                + "\r\n")
                        .getBytes(ISO_8859_1));
        return socket;
    }

    private static final String AGREED = String.join(
            "\r\n",
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "Sec-WebSocket-Protocol: two",
            "Set-Cookie: a=b; Domain=localhost",
            "",
            "");

    @Test
    void carriesWebSocketsByteForByte() throws IOException {
        guard();
        var program = new Program[1];
        program[0] = running(new Program(socket -> {
            program[0].heads.add(Program.head(socket));
            socket.getOutputStream().write((AGREED + "first").getBytes(ISO_8859_1));
            for (var next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                socket.getOutputStream().write(next ^ 1);
            }
        }));
        try (var refused = handshake()) {
            assertThat(Program.head(refused)).startsWith("HTTP/1.1 401");
        }
        try (var socket = handshake("X-OC-Preview-Token: " + TOKEN, "X-API-Key: " + TestServer.KEY)) {
            var head = Program.head(socket);
            assertThat(head)
                    .startsWith("HTTP/1.1 101 ")
                    .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Sec-WebSocket-Protocol: two")
                    .contains("Set-Cookie: a=b\r\n", "Upgrade: websocket\r\n");
            assertThat(new String(socket.getInputStream().readNBytes(5), ISO_8859_1))
                    .isEqualTo("first");
            socket.getOutputStream().write(new byte[] {(byte) 0x82, 2, 4, 6});
            assertThat(socket.getInputStream().readNBytes(4)).containsExactly(0x83, 3, 5, 7);
            assertThat(program[0].lastHead())
                    .startsWith("GET /live?a=b HTTP/1.1\n")
                    .contains("sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\n")
                    .contains("sec-websocket-protocol: one, two\n", "upgrade: websocket\n", "connection: Upgrade\n")
                    .doesNotContain(TOKEN, TestServer.KEY);
        }
        TestServer.until("all connections are closed", () -> server.previews.open.get() == 0);
    }

    @Test
    void endsAWebSocketWhoseTokenIsReplaced() throws IOException {
        guard();
        running(new Program(socket -> {
            Program.head(socket);
            socket.getOutputStream().write(AGREED.getBytes(ISO_8859_1));
            socket.getInputStream().transferTo(socket.getOutputStream());
        }));
        try (var socket = handshake("X-OC-Preview-Token: " + TOKEN)) {
            Program.head(socket);
            // It is judged some times, and goes on.
            var until = System.nanoTime() + Duration.ofMillis(200).toNanos();
            while (System.nanoTime() < until) {
                socket.getOutputStream().write(7);
                assertThat(socket.getInputStream().read()).isEqualTo(7);
            }

            server.previews.previews.put(sandbox, Preview.NONE.guardedBy(PreviewHash.of(TOKEN + "-new")));

            assertThat(socket.getInputStream().read()).isNegative();
        }
        TestServer.until("all connections are closed", () -> server.previews.open.get() == 0);
    }

    /** A head of so many pieces, each looked at once. */
    @Test
    void hearsAHandshakeByteByByte() throws IOException {
        var answer = AGREED.replace("Set-Cookie", "X-Long: " + "x".repeat(20_000) + "\r\nSet-Cookie");
        running(new Program(socket -> {
            Program.head(socket);
            socket.setTcpNoDelay(true);
            for (var each : answer.getBytes(ISO_8859_1)) {
                socket.getOutputStream().write(each);
            }
        }));
        try (var socket = handshake()) {
            assertThat(Program.head(socket)).startsWith("HTTP/1.1 101 ");
        }
    }

    @Test
    void endsAWebSocketWhenTheProgramDoes() throws IOException {
        saying(AGREED + "bye");
        try (var socket = handshake()) {
            Program.head(socket);
            assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
                    .isEqualTo("bye");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-A: b\u0000\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n bad\r\nConnection: Upgrade\r\n\r\n",
                "HTTP/1.1 101 Switching",
                "nonsense\r\n\r\n"
            })
    void makesNoWebSocketOfAnythingElse(String said) throws IOException {
        saying(said);
        try (var socket = handshake()) {
            assertThat(Program.head(socket)).startsWith("HTTP/1.1 502");
        }
    }

    @Test
    void passesARefusedHandshakeOn() throws IOException {
        saying("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        try (var socket = handshake()) {
            assertThat(Program.head(socket)).startsWith("HTTP/1.1 403");
        }
    }
}
