package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.proxy.tls.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A WebSocket client of the JDK through the proxy to a server that sends everything back. */
class WebSocketTest {
    private static final long PATIENCE = Eventually.LIMIT.toSeconds();
    private static final String HOST = "ws.example";
    private static final String FREE = "free.example";
    private static final String VALUE = "sk-live/\"quoted\"-4eC39";

    private final WebSocketUpstream upstream = new WebSocketUpstream();
    private final WebSocketUpstream free = new WebSocketUpstream();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final TestProxy proxy = started();
    private final TestPolicy policy = proxy.policy().allow(HOST, FREE);
    private final SealedToken token = policy.secret("API_KEY", VALUE, HOST);

    private TestProxy started() {
        var builder = new TestProxy.Builder();
        upstream.at(builder, HOST);
        free.at(builder, FREE);
        return builder.start();
    }

    private final HttpClient client = client();

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        client.shutdownNow();
        proxy.close();
    }

    @Test
    void putsValuesIntoMessagesAndTokensBackIntoThoseThatReturn() throws Exception {
        var socket = open(client, HOST);

        socket.sendText("plain " + token + ".", true).get(PATIENCE, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("text plain " + token + ".");
        socket.sendText("{\"key\": \"" + token + "\"}", true).get(PATIENCE, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("text {\"key\": \"" + token + "\"}");
        socket.sendBinary(bytes("\u0000" + token), true).get(PATIENCE, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("binary \u0000" + token);

        assertThat(upstream.messages)
                .containsExactly(
                        "plain " + VALUE + ".", "{\"key\": \"sk-live/\\\"quoted\\\"-4eC39\"}", "\u0000" + VALUE);
        assertThat(upstream.handshakes.getFirst().field("Authorization")).hasValue("Bearer " + VALUE);
    }

    @Test
    void findsATokenInPiecesOfAMessage() throws Exception {
        var socket = open(client, HOST);
        var text = "begin " + token + " end";
        for (int i = 0; i < text.length(); i++) {
            socket.sendText(text.substring(i, i + 1), i == text.length() - 1).get(PATIENCE, TimeUnit.SECONDS);
        }

        assertThat(next()).isEqualTo("text " + text);
        assertThat(upstream.messages).containsExactly("begin " + VALUE + " end");
    }

    /** So slowly that of an answer the beginning would have been let go. */
    @Test
    void replacesATokenWholeHoweverSlowlyItComes() throws Exception {
        var socket = open(client, HOST);
        socket.sendText(token.value().substring(0, 2), false).get(PATIENCE, TimeUnit.SECONDS);
        long since = System.nanoTime();
        while (System.nanoTime() - since < Duration.ofMillis(100).toNanos()) {
            socket.sendPing(bytes("still there")).get(PATIENCE, TimeUnit.SECONDS);
            assertThat(next()).isEqualTo("pong still there");
        }
        socket.sendText(token.value().substring(2), true).get(PATIENCE, TimeUnit.SECONDS);

        assertThat(next()).isEqualTo("text " + token);
        assertThat(upstream.messages).containsExactly(VALUE);
    }

    @Test
    void passesALongMessageAndPingsBetween() throws Exception {
        var socket = open(client, HOST);
        var half = "x".repeat(1_000_000);
        socket.sendText(half + token, false).get(PATIENCE, TimeUnit.SECONDS);
        socket.sendPing(bytes("are you there")).get(PATIENCE, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("pong are you there");
        socket.sendText(half, true).get(PATIENCE, TimeUnit.SECONDS);

        assertThat(next()).isEqualTo("text " + half + token + half);
    }

    @Test
    void offersNoExtensionToTheUpstream() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var response = client.get(
                    HOST,
                    "/",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Extensions: permessage-deflate");

            assertThat(response.status()).isEqualTo(101);
            assertThat(upstream.handshakes.getFirst().field("Sec-WebSocket-Extensions"))
                    .isEmpty();
        }
    }

    @Test
    void endsWithAMessageThatHoldsATokenOfSomebodyElse() throws Exception {
        for (var host : List.of(HOST, FREE)) {
            var socket = open(client, host);
            socket.sendText("to " + "osb_sealed_" + "0".repeat(32), true).get(PATIENCE, TimeUnit.SECONDS);
            assertThat(next()).isEqualTo("close 1008");
        }

        assertThat(upstream.messages).isEmpty();
        assertThat(free.messages).isEmpty();
    }

    @Test
    void leavesATokenWhereItsSecretMayNotBeUsedAndResealsAllTheSame() throws Exception {
        var socket = open(client, FREE);
        socket.sendText("to " + token, true).get(PATIENCE, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("text to " + token);
        socket.sendText("guess " + VALUE, true).get(PATIENCE, TimeUnit.SECONDS);

        assertThat(next()).isEqualTo("text guess " + token);
        assertThat(free.messages).containsExactly("to " + token, "guess " + VALUE);
    }

    @Test
    void usesTheNewValueInTheNextMessageAndStillKnowsTheOldOne() throws Exception {
        var socket = open(client, HOST);
        policy.secret("API_KEY", "rotated-value-9d1", HOST);
        proxy.admit(TestProxy.SANDBOX, policy);

        socket.sendText(token + " was " + VALUE, true).get(PATIENCE, TimeUnit.SECONDS);

        assertThat(next()).isEqualTo("text " + token + " was " + token);
        assertThat(upstream.messages).containsExactly("rotated-value-9d1 was " + VALUE);
    }

    @Test
    void endsAConnectionWhoseHostIsNotAllowedAnyMore() throws Exception {
        open(client, FREE);
        policy.allow(HOST);
        admit();

        assertThat(next()).isIn("close 1006", "broken");
        assertThat(free.messages).isEmpty();
    }

    @Test
    void cutsAConnectionThatHasCarriedARevokedSecretInAMessage() throws Exception {
        var socket = open(client, HOST, "nothing");
        socket.sendText("one " + token, true).get(PATIENCE, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("text one " + token);
        socket.sendText("two", true).get(PATIENCE, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("text two");

        policy.remove("API_KEY");
        admit();

        assertThat(next()).isIn("close 1006", "broken");
    }

    @Test
    void cutsAConnectionThatHasCarriedARevokedSecretUnderALaterPolicy() throws Exception {
        var socket = open(client, HOST, "nothing");
        var later = policy.secret("LATER_KEY", "a-later-value-77", HOST);
        admit();
        socket.sendText("with " + later, true).get(PATIENCE, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("text with " + later);
        assertThat(upstream.messages).containsExactly("with a-later-value-77");

        policy.remove("API_KEY");
        admit();
        socket.sendText("goes on", true).get(PATIENCE, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("text goes on");
        policy.remove("LATER_KEY");
        admit();

        assertThat(next()).isIn("close 1006", "broken");
    }

    @Test
    void neverPutsARevokedSecretIntoTheRestOfAMessageThatWasUnderWay() throws Exception {
        var socket = open(client, HOST, "nothing");
        socket.sendText("begun ", false).get(PATIENCE, TimeUnit.SECONDS);
        // A pong shows that what was sent before has arrived.
        socket.sendPing(bytes("there")).get(PATIENCE, TimeUnit.SECONDS);
        assertThat(next()).isEqualTo("pong there");
        policy.remove("API_KEY");
        admit();
        socket.sendText(token.value(), true).get(PATIENCE, TimeUnit.SECONDS);

        assertThat(next()).isIn("close 1006", "broken");
        assertThat(upstream.messages).isEmpty();
    }

    @Test
    void endsAConnectionThatOutlivesManyChanges() throws Exception {
        var socket = open(client, HOST);
        for (int i = 0; i < 7; i++) {
            policy.secret("API_KEY", "value-number-" + i, HOST);
            admit();
            socket.sendText("use " + token, true).get(PATIENCE, TimeUnit.SECONDS);
            assertThat(next()).isEqualTo("text use " + token);
            assertThat(upstream.messages.getLast()).isEqualTo("use value-number-" + i);
        }
        policy.secret("API_KEY", "value-number-7", HOST);
        admit();
        socket.sendText("use " + token, true).get(PATIENCE, TimeUnit.SECONDS);

        assertThat(next()).isEqualTo("close 1008");
        assertThat(upstream.messages).hasSize(7);
    }

    @Test
    void tellsTheClientThatTheUpstreamIsGone() throws Exception {
        open(client, HOST).sendText("bye", true).get(PATIENCE, TimeUnit.SECONDS);

        assertThat(next()).isIn("close 1006", "broken");
    }

    @Test
    void endsAConnectionThatBreaksTheProtocol() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/", "Connection: Upgrade", "Upgrade: websocket");
            // Reserved bits, and no mask.
            client.send(new byte[] {(byte) 0xf1, 0x01, 'x'});

            assertThat(client.in.readNBytes(4)).isEqualTo(new byte[] {(byte) 0x88, 2, 0x03, (byte) 0xea});
            assertThat(client.isAtEnd()).isTrue();
            assertThat(upstream.messages).isEmpty();
        }
    }

    private HttpClient client() {
        return HttpClient.newBuilder()
                .proxy(ProxySelector.of(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), proxy.proxy.ports().proxy())))
                .localAddress(new InetSocketAddress(TestProxy.SANDBOX, 0).getAddress())
                .sslContext(TestCertificates.client(proxy.anchor("default")))
                .build();
    }

    private WebSocket open(HttpClient client, String host) throws Exception {
        return open(client, host, "Bearer " + token);
    }

    private WebSocket open(HttpClient client, String host, String authorization) throws Exception {
        return client.newWebSocketBuilder()
                .header("Authorization", authorization)
                .buildAsync(URI.create("wss://" + host + "/socket"), new Told())
                .get(PATIENCE, TimeUnit.SECONDS);
    }

    private String next() throws InterruptedException {
        var told = received.poll(PATIENCE, TimeUnit.SECONDS);
        return told == null ? "nothing" : told;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Notes whole messages. */
    private final class Told implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            return onPart(socket, "text ", part.toString(), last);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
            return onPart(
                    socket, "binary ", StandardCharsets.ISO_8859_1.decode(part).toString(), last);
        }

        private CompletionStage<?> onPart(WebSocket socket, String kind, String part, boolean last) {
            message.append(part);
            if (last) {
                received.add(kind + message);
                message.setLength(0);
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer part) {
            return onPart(
                    socket, "pong ", StandardCharsets.ISO_8859_1.decode(part).toString(), true);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            received.add("close " + status);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            received.add("broken");
        }
    }
}
