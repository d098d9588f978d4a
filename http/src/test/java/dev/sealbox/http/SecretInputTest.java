package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, values and hosts of secrets, as they come from people. */
class SecretInputTest {
    private static TestServer server;
    private static String store = "";

    @BeforeAll
    static void start() {
        server = new TestServer();
        var made = server.send("POST", "/api/secret-stores", "{\"name\":\"git\"}");
        store = "/api/secret-stores/" + made.json().path("id").asText();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PATH", "path", "LD_PRELOAD", "http_proxy", "NODE_OPTIONS", "GIT_SSH_COMMAND", "PIP_CERT"})
    void takesNoNameThatSteersPrograms(String name) {
        var answer = server.send("PUT", store + "/secrets/" + name, "{\"value\":\"v\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).contains(name, "reserved");
        // One of the time before it was reserved can be deleted.
        assertThat(server.send("DELETE", store + "/secrets/" + name).code()).isEqualTo("secret.not-found");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a\\r\\nb", "a\\nb", "a\\u0000b", " ", "\\t", "-----BEGIN KEY-----\\nAAAA\\n-----END KEY-----\\n"
            })
    void takesValuesThatNoHeaderCouldHold(String value) {
        assertThat(server.send("PUT", store + "/secrets/PEM", "{\"value\":\"" + value + "\"}")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void countsAValueInBytes() {
        assertThat(server.send("PUT", store + "/secrets/A", "{\"value\":\"" + "\u20ac".repeat(21_845) + "\"}")
                        .status())
                .isEqualTo(200);
        assertThat(server.send("PUT", store + "/secrets/A", "{\"value\":\"" + "\u20ac".repeat(21_846) + "\"}")
                        .status())
                .isEqualTo(400);
        assertThat(server.send("PUT", store + "/secrets/A", "{\"value\":\"\"}").status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.test, scheme",
        "api.test:443, port",
        "api.test/v1, path",
        "a.*.test, star",
        "*., name below",
        "127.1, four decimal",
        "'   ', blank"
    })
    void saysWhatIsWrongWithAHost(String host, String reason) {
        var body = "{\"name\":\"h\",\"egressAllowlist\":[\"" + host + "\"]}";
        var answer = server.send("POST", "/api/secret-stores", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).contains(reason);
        var secret = server.send(
                "PUT", store + "/secrets/A", "{\"value\":\"v\",\"allowedHosts\":[\"ok.test\",\"" + host + "\"]}");
        assertThat(secret.status()).isEqualTo(400);
        assertThat(secret.error()).contains(reason);
    }

    @Test
    void showsHostsAsTheyAreCompared() {
        var answer = server.send(
                "POST",
                "/api/secret-stores",
                "{\"name\":\"normal\",\"egressAllowlist\":[\" API.Test. \",\"*.B\u00fccher.test\",\"[2001:DB8:0::1]\","
                        + "\"::ffff:192.0.2.1\",\"api.test\",\"*\"]}");

        assertThat(answer.json().path("egressAllowlist"))
                .hasToString("[\"api.test\",\"*.xn--bcher-kva.test\",\"2001:db8::1\",\"192.0.2.1\",\"*\"]");
    }

    @Test
    void takes256HostsOfASecretAndNoMore() {
        var hosts = IntStream.range(0, 256).mapToObj(i -> "\"h" + i + ".test\"").collect(Collectors.joining(","));

        assertThat(server.send("PUT", store + "/secrets/A", "{\"value\":\"v\",\"allowedHosts\":[" + hosts + "]}")
                        .status())
                .isEqualTo(200);
        assertThat(server.send(
                                "PUT",
                                store + "/secrets/A",
                                "{\"value\":\"v\",\"allowedHosts\":[" + hosts + ",\"one.more\"]}")
                        .status())
                .isEqualTo(400);
    }
}
