package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.ledger.Ruling;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A host that echoes tells by a token that a guess was right: it does not tell so for long, and somebody is told. */
class GuessingTest {
    private static final String HOST = "echo.test";
    private static final String MESSAGES = "messages.test";
    private static final String VALUE = "the-real-value-1234";

    private final TestProxy.Builder set =
            new TestProxy.Builder().settings("sealbox.proxy.limits.read-backs-per-minute = 3");
    private final TestUpstream echo = set.secure(HOST, GuessingTest::echo);
    private final WebSocketUpstream socket = new WebSocketUpstream();
    private final TestUpstream messages = socket.at(set, MESSAGES);
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST, MESSAGES);
    private final String token = policy.secret("API_KEY", VALUE, HOST, MESSAGES).value();
    private final String other =
            policy.secret("OTHER", "another-value-5678", HOST, MESSAGES).value();

    private static boolean echo(Http.Message request, OutputStream out) throws IOException {
        TestUpstream.respond(
                out,
                200,
                "",
                request.field("X-Guess").orElse("") + request.field("X-Key").orElse(""));
        return true;
    }

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    private Http.Message guess(String... fields) throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            return client.get(HOST, "/", fields);
        }
    }

    private List<String> alarms() {
        return proxy.ledger.records.stream()
                .filter(record -> record.ruling() == Ruling.ALARM)
                .map(record -> record.rule())
                .toList();
    }

    @Test
    void manyRightGuessesAreAnAlarmAndAreToldNoMore() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(guess("X-Guess: wrong-value-" + i).text()).isEqualTo("wrong-value-" + i);
            assertThat(guess("X-Guess: " + VALUE).text()).isEqualTo(token);
        }
        Eventually.holds(() -> alarms().equals(List.of("value.read-back-too-often")));
        int seen = echo.requests.size();

        var late = guess("X-Guess: " + VALUE);

        assertThat(late.status()).isEqualTo(429);
        assertThat(late.field("x-sealbox-decision")).hasValue("value.read-back-too-often");
        assertThat(echo.requests).hasSize(seen);
        assertThat(alarms()).hasSize(2);
    }

    @Test
    void whoSendsATokenMayBeToldItAsOftenAsItLikes() throws IOException {
        for (int i = 0; i < 6; i++) {
            assertThat(guess("X-Key: " + token).text()).isEqualTo(token);
        }
        assertThat(alarms()).isEmpty();
    }

    @Test
    void whoSendsOneTokenGuessesTheValueOfAnotherNoLonger() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(guess("X-Guess: " + VALUE, "X-Key: " + other).text()).isEqualTo(token + other);
        }

        Eventually.holds(() -> alarms().equals(List.of("value.read-back-too-often")));
        assertThat(guess("X-Key: " + other).status()).isEqualTo(429);
    }

    @Test
    void whoSendsATokenMayBeShownTheOneOfAnotherNameForTheSameValue() throws IOException {
        var alias = policy.secret("ZZ_ALIAS", VALUE, HOST).value();
        var longer = policy.secret("ZZ_LONGER", "Bearer " + VALUE, HOST).value();
        admit();
        for (int i = 0; i < 6; i++) {
            assertThat(guess("X-Key: " + alias).text()).isEqualTo(token);
            assertThat(guess("X-Key: " + longer, "X-Guess: " + VALUE).text()).isEqualTo(token + longer);
        }

        assertThat(alarms()).isEmpty();
    }

    @Test
    void aMessageThatCarriesATokenDoesNotExcuseThoseThatGuessAnother() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, MESSAGES)) {
            assertThat(client.get(MESSAGES, "/", "Connection: Upgrade", "Upgrade: websocket")
                            .status())
                    .isEqualTo(101);
            assertThat(said(client, other)).isEqualTo(other);
            for (int i = 0; i < 3; i++) {
                assertThat(said(client, VALUE)).isEqualTo(token);
            }

            assertThat(said(client, VALUE)).isEqualTo("\u0003\u00f0");
        }
        assertThat(messages.connections()).isEqualTo(1);
        Eventually.holds(() -> alarms().contains("value.read-back-too-often"));
    }

    /** Sends a short message and gives the payload of the frame that comes back. */
    private static String said(TestClient client, String text) throws IOException {
        var frame = new byte[6 + text.length()];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | text.length());
        System.arraycopy(Http.latin1(text), 0, frame, 6, text.length());
        client.send(frame);
        assertThat(client.in.read()).isIn(0x81, 0x88);
        return new String(client.in.readNBytes(client.in.read()), StandardCharsets.ISO_8859_1);
    }
}
