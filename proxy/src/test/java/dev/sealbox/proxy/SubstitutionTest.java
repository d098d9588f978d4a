package dev.sealbox.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an upstream receives in a token's place, and where it does not. */
class SubstitutionTest {
    private static final String HOST = "api.example.com";
    private static final String VALUE = "sk-live \"4eC39\"/&+HqLy";

    private final TestProxy.Builder set = new TestProxy.Builder();
    private final TestUpstream upstream = set.secure(HOST, (request, out) -> {
        TestUpstream.respond(out, 200, "", "ok");
        return true;
    });
    private final TestProxy proxy = set.start();
    private final TestPolicy policy = proxy.policy().allow(HOST);
    private final String token = policy.secret("API_KEY", VALUE).value();

    @BeforeEach
    void admit() {
        proxy.admit(TestProxy.SANDBOX, policy);
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void putsTheValueIntoAHeader() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var response = client.get(HOST, "/", "Authorization: Bearer " + token, "X-Two: " + token + "," + token);

            assertThat(response.status()).isEqualTo(200);
            assertThat(upstream.last().field("Authorization")).hasValue("Bearer " + VALUE);
            assertThat(upstream.last().field("X-Two")).hasValue(VALUE + "," + VALUE);
        }
    }

    @Test
    void doesNotLetASmallRequestBecomeAHugeOne() throws IOException {
        var huge = policy.secret("HUGE", "v".repeat(64 * 1024), HOST).value();
        proxy.admit(TestProxy.SANDBOX, policy);
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var head = client.get(HOST, "/", "X-Many: " + huge.repeat(20));
            assertThat(head.status()).isEqualTo(413);
            assertThat(head.field("x-sealbox-decision")).hasValue("secret.too-often");
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.post(HOST, "/", huge.repeat(1000)).status()).isEqualTo(413);
            assertThat(upstream.requests).isEmpty();
        }
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            assertThat(client.post(HOST, "/", huge.repeat(3)).status()).isEqualTo(200);
            assertThat(upstream.last().text()).hasSize(3 * 64 * 1024);
        }
    }

    @Test
    void putsTheValueIntoBasicCredentials() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/", "Authorization: Basic " + base64("x:" + token));

            assertThat(upstream.last().field("Authorization")).hasValue("Basic " + base64("x:" + VALUE));
        }
    }

    @Test
    void putsTheValueIntoJsonAsAString() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(HOST, "/", "{\"key\":\"" + token + "\"}", "Content-Type: application/json");

            assertThat(upstream.last().text()).isEqualTo("{\"key\":\"sk-live \\\"4eC39\\\"/&+HqLy\"}");
        }
    }

    @Test
    void putsTheValueIntoTheTargetPercentEncoded() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/a/" + token + "?k=" + token + "&z=1");

            var encoded = "sk-live%20%224eC39%22%2F%26%2BHqLy";
            assertThat(upstream.last().target()).isEqualTo("/a/" + encoded + "?k=" + encoded + "&z=1");
        }
    }

    @Test
    void leavesSinkHeadersAlone() throws IOException {
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.get(HOST, "/", "Referer: https://x/" + token, "User-Agent: " + token, "X-Forwarded-For: " + token);

            assertThat(upstream.last().field("Referer")).hasValue("https://x/" + token);
            assertThat(upstream.last().field("User-Agent")).hasValue(token);
            assertThat(upstream.last().field("X-Forwarded-For")).hasValue(token);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"headers", "basic", "path", "query", "body", "", "headers basic path query body"})
    void putsTheValueOnlyWhereTheSecretMayStand(String locations) throws IOException {
        var key = policy.secret("PLAIN", "plain-value").value();
        policy.only("PLAIN", locations);
        proxy.admit(TestProxy.SANDBOX, policy);
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            client.post(
                    HOST, "/" + key + "?k=" + key, key, "X-Key: " + key, "Authorization: Basic " + base64("x:" + key));
        }

        var open = List.of(locations.split(" ", -1));
        UnaryOperator<String> seen = location -> open.contains(location) ? "plain-value" : key;
        assertThat(upstream.last().target()).isEqualTo("/" + seen.apply("path") + "?k=" + seen.apply("query"));
        assertThat(upstream.last().field("X-Key")).hasValue(seen.apply("headers"));
        assertThat(upstream.last().field("Authorization")).hasValue("Basic " + base64("x:" + seen.apply("basic")));
        assertThat(upstream.last().text()).isEqualTo(seen.apply("body"));
    }

    @Test
    void leavesBodiesAsTheyAreWhereNoSecretMayStandInOne() throws IOException {
        policy.only("API_KEY", "headers");
        proxy.admit(TestProxy.SANDBOX, policy);
        try (var client = proxy.tunnel(TestProxy.SANDBOX, HOST)) {
            var body = token.repeat(3000);
            client.post(HOST, "/", body, "Content-Encoding: gzip", "X-Key: " + token);

            assertThat(upstream.last().content()).isEqualTo(body);
            assertThat(upstream.last().field("Content-Length")).hasValue(Integer.toString(body.length()));
            assertThat(upstream.last().field("X-Key")).hasValue(VALUE);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
