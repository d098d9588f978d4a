package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.ledger.Ruling;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A host that echoes tells by a token that a guess was right: it does not tell so for long, and somebody is told. */
class GuessingTest {
    private static final String HOST = "echo.test";
    private static final String VALUE = "the-real-value-1234";

    private final TestProxy.Builder set =
            new TestProxy.Builder().settings("sealbox.proxy.limits.read-backs-per-minute = 3");
    private final TestUpstream echo = set.secure(HOST, GuessingTest::echo);
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST);
    private final String token = policy.secret("API_KEY", VALUE, HOST).value();

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
}
