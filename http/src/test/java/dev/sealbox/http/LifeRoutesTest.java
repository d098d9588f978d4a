package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LifeRoutesTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String created() {
        return server.send("POST", "/api/sandboxes", "{}")
                .json()
                .path("sandboxID")
                .asText();
    }

    private static TestServer.Answer post(String sandbox, String verb, String body) {
        return server.send("POST", "/api/sandboxes/" + sandbox + "/" + verb, body);
    }

    @Test
    void hibernatesAndWakesWithTheFieldsThatClientsRead() {
        var sandbox = created();

        var asleep = post(sandbox, "hibernate", "");

        assertThat(asleep.status()).isEqualTo(200);
        assertThat(asleep.json().path("sandboxID").asText()).isEqualTo(sandbox);
        assertThat(asleep.json().path("status").asText()).isEqualTo("hibernated");
        assertThat(asleep.json().path("sizeBytes").isIntegralNumber()).isTrue();
        assertThat(asleep.json().path("keeps").asText()).isEqualTo("disk");
        assertThat(post(sandbox, "hibernate", "{}").status()).isEqualTo(200);
        var awake = post(sandbox, "wake", "{\"timeout\":60}");
        assertThat(awake.status()).isEqualTo(200);
        assertThat(awake.json().path("status").asText()).isEqualTo("running");
        assertThat(server.sandboxes.life).contains("wake 60");
    }

    @Test
    void takesAWakeWithoutTimeoutForNever() {
        var sandbox = created();
        post(sandbox, "hibernate", "");

        assertThat(post(sandbox, "wake", "").status()).isEqualTo(200);

        assertThat(server.sandboxes.life.getLast()).isEqualTo("wake 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reboot", "power-cycle"})
    void reboots(String verb) {
        assertThat(post(created(), verb, "").status()).isEqualTo(204);
        assertThat(post(created(), verb, "{}").status()).isEqualTo(204);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"timeout\":0}|204",
                "{\"timeout\":300}|204",
                "{\"timeout\":-1}|400",
                "{}|400",
                "{\"timeout\":\"5\"}|400",
                "{\"timeout\":1.5}|400"
            })
    void setsTheTimeout(String body, int status) {
        assertThat(post(created(), "timeout", body).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({"hibernate,400", "wake,404", "reboot,410", "power-cycle,410", "timeout,410"})
    void refusesWhatIsStopped(String verb, int status) {
        var owner = new Origin(new OrganizationId("acme"), "key", "127.0.0.1", "r");
        var stopped = server.sandboxes.add(owner, wish(), "stopped");

        var answer = post(stopped.id().value(), verb, "{\"timeout\":1}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.error()).isNotEmpty();
    }

    private static dev.sealbox.domain.sandbox.NewSandbox wish() {
        created();
        return server.sandboxes.wanted.getLast();
    }

    private static TestServer.Answer impatient(String sandbox) {
        return server.send(
                "GET",
                "/api/sandboxes/" + sandbox + "/files/list?path=/",
                BodyPublishers.noBody(),
                "X-API-Key",
                TestServer.KEY,
                "X-OSB-Async-Wake",
                "1");
    }

    @Test
    void answersAtOnceThatItWakesWhoAskedForThat() {
        var sandbox = created();
        post(sandbox, "hibernate", "");

        var first = impatient(sandbox);

        assertThat(first.status()).isEqualTo(503);
        assertThat(first.json().path("waking").asBoolean()).isTrue();
        assertThat(server.sandboxes.life.getLast()).isEqualTo("wake -");
        assertThat(server.send("GET", "/api/sandboxes/" + sandbox)
                        .json()
                        .path("status")
                        .asText())
                .isEqualTo("running");
        assertThat(impatient(sandbox).status()).isEqualTo(200);
    }
}
