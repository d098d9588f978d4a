package dev.sealbox.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionFrame;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.http.FakeSessions.Fake;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROTOCOLS 2 and 3 frame by frame, with a WebSocket client that is not ours. */
class SessionRoutesTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static TestServer server;

    private String sandbox = "";

    @BeforeAll
    static void start() {
        server = new TestServer("sealbox.http.web-socket.max-message = 100 KiB");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void create() {
        sandbox = server.send("POST", "/api/sandboxes", "{}")
                .json()
                .get("sandboxID")
                .asText();
        server.sessions.wanted.clear();
        server.sessions.actions.clear();
    }

    private String exec() {
        return "/api/sandboxes/" + sandbox + "/exec";
    }

    private String open(String path, String body) {
        var answer = server.send("POST", path, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        return answer.json().get("sessionID").asText();
    }

    private static Fake fake(String session) {
        return Objects.requireNonNull(server.sessions.opened.get(SessionId.parse(session)));
    }

    private static void until(BooleanSupplier holds) {
        TestServer.until("it has arrived", holds);
    }

    /** Hears what a server says: messages as their bytes, the close as its code. */
    private static final class Ear implements WebSocket.Listener {
        private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder part = new StringBuilder();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            part.append(ISO_8859_1.decode(data));
            if (last) {
                heard.add(part.toString());
                part.setLength(0);
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            heard.add("text");
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            heard.add("pong " + ISO_8859_1.decode(message));
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("close " + code);
            return CompletableFuture.completedFuture(null);
        }

        String next() throws InterruptedException {
            return Optional.ofNullable(heard.poll(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .orElse("silence");
        }
    }

    private static WebSocket attach(String path, Ear ear, String... headers) {
        var builder = CLIENT.newWebSocketBuilder();
        for (var i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        return builder.buildAsync(URI.create("ws://127.0.0.1:" + server.port() + path), ear)
                .orTimeout(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static int refused(String path, String... headers) {
        try {
            attach(path, new Ear(), headers).abort();
            return 101;
        } catch (CompletionException e) {
            return e.getCause() instanceof WebSocketHandshakeException refusal
                    ? refusal.getResponse().statusCode()
                    : 0;
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    private static String key() {
        return "?api_key=" + TestServer.KEY;
    }

    @Test
    void startsAProgramOrALineAndSaysWhatItIs() {
        var answer = server.send(
                "POST",
                exec(),
                "{\"cmd\":\"bash\",\"args\":[\"--norc\",\"+m\"],\"envs\":{\"A\":\"b\"},\"cwd\":\"/tmp\",\"timeout\":5,"
                        + "\"maxRunAfterDisconnect\":7}");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().get("command").asText()).isEqualTo("bash");
        assertThat(answer.json().get("args")).hasSize(2);
        assertThat(answer.json().get("running").asBoolean()).isTrue();
        assertThat(answer.json().has("exitCode")).isFalse();
        assertThat(answer.json().get("attachedClients").asInt()).isZero();
        var wanted = server.sessions.wanted.getFirst();
        assertThat(wanted.run().argv()).containsExactly("bash", "--norc", "+m");
        assertThat(wanted.run().envs()).isEqualTo(Map.of("A", "b"));
        assertThat(wanted.run().timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(wanted.aloneAtMost()).isEqualTo(Duration.ofSeconds(7));

        open(exec(), "{\"cmd\":\"node server.js\"}");
        open(exec(), "{\"cmd\":\"cat\",\"args\":[]}");
        assertThat(server.sessions.wanted.get(1).run().argv()).containsExactly("sh", "-c", "node server.js");
        assertThat(server.sessions.wanted.get(2).run().argv()).containsExactly("cat");
        assertThat(server.sessions.wanted.get(2).run().timeout()).isZero();
    }

    @Test
    void listsCommandsAlwaysAsAnArray() {
        assertThat(server.send("GET", exec()).body()).isEqualTo("[]");
        open(exec(), "{\"cmd\":\"ended\"}");
        open("/api/sandboxes/" + sandbox + "/pty", "{}");

        var listed = server.send("GET", exec()).json();
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).get("running").asBoolean()).isFalse();
        assertThat(listed.get(0).get("exitCode").asInt()).isEqualTo(-1);
    }

    @Test
    void carriesFramesAsTheyAreAndClosesAfterTheExit() throws InterruptedException {
        var session = open(exec(), "{\"cmd\":\"cat\"}");
        var ear = new Ear();
        var socket = attach(exec() + "/" + session + key(), ear);
        var fake = fake(session);
        fake.write(1, "out");
        fake.write(2, "err");
        fake.write(4, "");
        assertThat(List.of(ear.next(), ear.next(), ear.next())).containsExactly("\1out", "\2err", "\4");

        socket.sendBinary(bytes("\0hel"), true).join();
        socket.sendBinary(bytes("\0"), true).join();
        socket.sendBinary(bytes(""), true).join();
        socket.sendBinary(bytes("\7other"), true).join();
        socket.sendText("text", true).join();
        socket.sendBinary(bytes("\0l"), false).join();
        socket.sendPing(bytes("are you there")).join();
        socket.sendBinary(bytes("o"), true).join();
        assertThat(ear.next()).isEqualTo("pong are you there");
        until(() -> fake.said().equals("hello"));

        fake.frames.add(SessionFrame.exit(259));
        assertThat(ear.next()).isEqualTo("\3\0\0\1\3");
        assertThat(ear.next()).isEqualTo("close 1000");
        until(() -> fake.clients.get() == 0);
    }

    @Test
    void saysThatAClientWasTooSlow() throws InterruptedException {
        var session = open(exec(), "{\"cmd\":\"yes\"}");
        var ear = new Ear();
        attach(exec() + "/" + session, ear, "X-API-Key", TestServer.KEY);
        fake(session).frames.add(SessionFrame.of(SessionFrame.TOO_SLOW));

        assertThat(ear.next()).isEqualTo("close 1013");
    }

    @Test
    void refusesAMessageThatIsTooLargeButNotThousandsOfSmallOnes() throws InterruptedException {
        var session = open(exec(), "{\"cmd\":\"cat\"}");
        var ear = new Ear();
        var socket = attach(exec() + "/" + session + key(), ear);
        for (var each = 0; each < 3000; each++) {
            socket.sendBinary(bytes("\0x"), true).join();
        }
        until(() -> fake(session).said().length() == 3000);
        socket.sendBinary(ByteBuffer.allocate(100 << 10), true).join();
        until(() -> fake(session).said().length() == 3000 + (100 << 10) - 1);

        var unheard = socket.sendBinary(ByteBuffer.allocate((100 << 10) + 1), true);
        assertThat(ear.next()).isEqualTo("close 1009");
        assertThat(unheard).isNotNull();
        until(() -> fake(session).clients.get() == 0);
    }

    @Test
    void answersPingsOfAClientWhoseProcessReadsNothing() throws InterruptedException {
        var session = open(exec(), "{\"cmd\":\"sleep\"}");
        fake(session).reading = new CompletableFuture<>();
        var ear = new Ear();
        var socket = attach(exec() + "/" + session + key(), ear);
        for (var each = 0; each < 4; each++) {
            socket.sendBinary(bytes("\0" + "x".repeat(20_000)), true).join();
        }
        socket.sendPing(bytes("1")).join();

        assertThat(ear.next()).isEqualTo("pong 1");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        assertThat(ear.next()).isEqualTo("close 1000");
        until(() -> fake(session).clients.get() == 0);
    }

    @Test
    void noticesAClientThatVanishes() throws Exception {
        try (var pinging = new TestServer("sealbox.http.web-socket.ping-every = 100 ms");
                var silent = pinging.socket()) {
            var box = pinging.send("POST", "/api/sandboxes", "{}")
                    .json()
                    .get("sandboxID")
                    .asText();
            var session = pinging.send("POST", "/api/sandboxes/" + box + "/exec", "{\"cmd\":\"sleep\"}")
                    .json()
                    .get("sessionID")
                    .asText();
            silent.getOutputStream()
                    .write(("GET /api/sandboxes/" + box + "/exec/" + session + key()
                                    + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                            .getBytes(UTF_8));
            assertThat(Program.head(silent)).startsWith("HTTP/1.1 101 ");
            // It answers no ping, and its connection stays open.
            var fake = Objects.requireNonNull(pinging.sessions.opened.get(SessionId.parse(session)));
            until(() -> fake.clients.get() == 0);
        }
    }

    @Test
    void carriesATerminalWithoutTypesOnBothPaths() throws InterruptedException {
        for (var prefix : List.of("/api", "")) {
            var session = open("/api/sandboxes/" + sandbox + "/pty", "{\"cols\":100,\"rows\":30}");
            var ear = new Ear();
            var socket = attach(
                    prefix + "/sandboxes/" + sandbox + "/pty/" + session + key(),
                    ear,
                    prefix.isEmpty() ? new String[] {"X-API-Key", TestServer.KEY} : new String[0]);
            fake(session).write(4, "");
            fake(session).write(1, "$ ");
            assertThat(ear.next()).isEqualTo("$ ");
            socket.sendText("grün\n", true).join();
            socket.sendBinary(bytes("\0bin"), true).join();
            until(() -> fake(session).said().equals("grün\n\0bin"));
            fake(session).frames.add(SessionFrame.exit(0));
            assertThat(ear.next()).isEqualTo("close 1000");
        }
    }

    @Test
    void opensResizesAndHangsUpTerminals() {
        var pty = "/api/sandboxes/" + sandbox + "/pty";
        var session = open(pty, "{}");
        open(pty, "{\"cols\":0,\"rows\":0,\"shell\":\"/bin/sh\"}");

        var first = server.sessions.wanted.getFirst();
        assertThat(first.run().argv()).containsExactly("/bin/bash");
        assertThat(first.run().envs()).isEqualTo(Map.of("TERM", "xterm-256color", "COLUMNS", "80", "LINES", "24"));
        assertThat(server.sessions.wanted.get(1).run().argv()).containsExactly("/bin/sh");
        assertThat(server.send("POST", pty + "/" + session + "/resize", "{\"cols\":132,\"rows\":43}")
                        .status())
                .isEqualTo(200);
        assertThat(server.send("DELETE", pty + "/" + session).status()).isEqualTo(204);
        assertThat(server.sessions.actions.get(0))
                .hasToString("Resize[id=" + session + ", size=TerminalSize[columns=132, rows=43]]");
        assertThat(server.sessions.actions.get(1)).isInstanceOf(SessionAction.HangUp.class);
        assertThat(server.send("POST", pty + "/" + session + "/resize", "{\"cols\":5000,\"rows\":1}")
                        .status())
                .isEqualTo(400);
        assertThat(server.send("POST", pty + "/" + session + "/resize", "{}").status())
                .isEqualTo(400);
    }

    @Test
    void killsWithNineUnlessTold() {
        var session = open(exec(), "{\"cmd\":\"cat\"}");
        var kill = exec() + "/" + session + "/kill";

        assertThat(server.send("POST", kill, "{}").body()).isEqualTo("{}");
        assertThat(server.send("POST", kill).status()).isEqualTo(200);
        assertThat(server.send("POST", kill, "{\"signal\":0}").status()).isEqualTo(200);
        assertThat(server.send("POST", kill, "{\"signal\":2}").status()).isEqualTo(200);
        assertThat(server.sessions.actions)
                .extracting(action -> ((SessionAction.Signal) action).number())
                .containsExactly(9, 9, 9, 2);
        assertThat(server.send("POST", kill, "{\"signal\":65}").status()).isEqualTo(400);
        assertThat(server.send("POST", kill, "{\"signal\":-1}").status()).isEqualTo(400);
    }

    @Test
    void answersTheHandshakeWithWhatIsWrong() {
        var session = open(exec(), "{\"cmd\":\"cat\"}");
        var path = exec() + "/" + session;

        assertThat(refused(exec() + "/00000000-0000-0000-0000-000000000000" + key()))
                .isEqualTo(404);
        assertThat(refused(exec() + "/nonsense" + key())).isEqualTo(404);
        assertThat(refused(path)).isEqualTo(401);
        assertThat(refused(path + "?api_key=wrong")).isEqualTo(401);
        assertThat(refused(path + key() + "&api_key=" + TestServer.KEY)).isEqualTo(401);
        assertThat(refused(path + "?api_key=" + TestServer.OTHER_KEY)).isEqualTo(404);
        assertThat(refused(path + key(), "X-API-Key", "wrong")).isEqualTo(401);
        var other = server.send("POST", "/api/sandboxes", "{}")
                .json()
                .get("sandboxID")
                .asText();
        assertThat(refused("/api/sandboxes/" + other + "/exec/" + session + key()))
                .isEqualTo(404);
        assertThat(refused("/sandboxes/" + sandbox + "/pty/" + session)).isEqualTo(401);
        assertThat(server.send("GET", path).code()).isEqualTo("not-a-websocket");
        assertThat(server.send("GET", exec() + key(), BodyPublishers.noBody()).status())
                .as("a key in the query opens WebSockets only")
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"cmd\":\"\"}",
                "{\"cmd\":7}",
                "{\"cmd\":\"a\\u0000\"}",
                "{\"cmd\":\"a\",\"args\":[1]}",
                "{\"cmd\":\"a\",\"envs\":{\"A=\":\"b\"}}",
                "{\"cmd\":\"a\",\"timeout\":\"x\"}",
                "nonsense"
            })
    void refusesWhatIsNoCommand(String body) {
        assertThat(server.send("POST", exec(), body).status()).isEqualTo(400);
    }

    @Test
    void tellsASandboxThatCannot() {
        assertThat(server.send("POST", exec(), "{\"cmd\":\"stopped\"}").status())
                .isEqualTo(410);
        assertThat(server.send("GET", "/api/sandboxes/sb-0123456789abcdef/exec").status())
                .isEqualTo(404);
    }

    @Test
    void closesAsGoingAwayWhenTheServerStops() throws InterruptedException {
        try (var stopping = new TestServer("sealbox.http.stop-deadline = 60 s")) {
            var box = stopping.send("POST", "/api/sandboxes", "{}")
                    .json()
                    .get("sandboxID")
                    .asText();
            var session = stopping.send("POST", "/api/sandboxes/" + box + "/exec", "{\"cmd\":\"cat\"}")
                    .json()
                    .get("sessionID")
                    .asText();
            var ear = new Ear();
            CLIENT.newWebSocketBuilder()
                    .buildAsync(
                            URI.create("ws://127.0.0.1:" + stopping.port() + "/api/sandboxes/" + box + "/exec/"
                                    + session + key()),
                            ear)
                    .join();
            var stopped = stopping.stopping();

            assertThat(ear.next()).isEqualTo("close 1001");
            // Well before the end of what requests in progress are given.
            assertThat(stopped).succeedsWithin(Duration.ofSeconds(30));
        }
    }
}
