package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.http.TestServer.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Creates that are sent again with the same Idempotency-Key. */
class RepetitionTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Answer post(String path, String body, String key) {
        return post(path, body, key, TestServer.KEY);
    }

    private static Answer post(String path, String body, String key, String apiKey) {
        return server.send(
                "POST",
                path,
                BodyPublishers.ofString(body),
                "X-API-Key",
                apiKey,
                "Content-Type",
                "application/json",
                "Idempotency-Key",
                key);
    }

    private static String fresh() {
        return UUID.randomUUID().toString();
    }

    private static String store(String name) {
        return "{\"name\":\"" + name + "\"}";
    }

    @Test
    void createsOnceAndAnswersAlike() {
        var key = fresh();
        var body = store(fresh());

        var first = post("/api/secret-stores", body, key);
        var again = post("/api/secret-stores", body.replace(":", " : "), key);

        assertThat(first.status()).isEqualTo(201);
        assertThat(first.headers().firstValue("idempotency-replayed")).isEmpty();
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.headers().firstValue("idempotency-replayed")).contains("true");
        assertThat(again.headers().firstValue("content-type")).contains("application/json");
    }

    @Test
    void startsOneSandboxAndForksOneAndTakesOneCheckpoint() {
        var before = server.sandboxes.known.size();
        var key = fresh();
        var sandbox = post("/api/sandboxes", "{}", key).json().path("sandboxID").asText();
        assertThat(post("/api/sandboxes", "{}", key).json().path("sandboxID").asText())
                .isEqualTo(sandbox);
        assertThat(server.sandboxes.known).hasSize(before + 1);

        var path = "/api/sandboxes/" + sandbox + "/checkpoints";
        var checkpoint =
                post(path, "{\"name\":\"a\"}", fresh() + key).json().path("id").asText();
        var copy = fresh();
        assertThat(post(path, "{\"name\":\"b\"}", copy).body())
                .isEqualTo(post(path, "{\"name\":\"b\"}", copy).body());

        var forking = fresh();
        var fork = post("/api/sandboxes/from-checkpoint/" + checkpoint, "{}", forking);
        assertThat(fork.status()).isEqualTo(201);
        assertThat(post("/api/sandboxes/from-checkpoint/" + checkpoint, "{}", forking)
                        .body())
                .isEqualTo(fork.body());
        assertThat(server.checkpoints.forks).hasSize(1);
    }

    @Test
    void refusesTheKeyForAnotherRequest() {
        var key = fresh();
        post("/api/secret-stores", store(fresh()), key);

        var other = post("/api/secret-stores", store(fresh()), key);
        var elsewhere = post("/api/sandboxes", "{}", key);

        assertThat(other.status()).isEqualTo(409);
        assertThat(other.code()).isEqualTo("idempotency.other-request");
        assertThat(elsewhere.status()).isEqualTo(409);
    }

    @Test
    void keepsTheKeysOfOthersApart() {
        var key = fresh();
        var body = store(fresh());
        var mine = post("/api/secret-stores", body, key);

        var theirs = post("/api/secret-stores", body, key, TestServer.OTHER_KEY);

        assertThat(theirs.headers().firstValue("idempotency-replayed")).isEmpty();
        assertThat(theirs.body()).isNotEqualTo(mine.body());
    }

    @Test
    void repeatsARefusalToo() {
        var name = fresh();
        server.send("POST", "/api/secret-stores", store(name));
        var key = fresh();

        var refused = post("/api/secret-stores", store(name), key);
        var again = post("/api/secret-stores", store(name), key);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(again.body()).isEqualTo(refused.body());
        assertThat(again.headers().firstValue("idempotency-replayed")).contains("true");
    }

    @Test
    void doesAgainWhatWasNeverAnsweredAndUnderTheSameId() {
        var key = fresh();
        var body = store(fresh());
        server.stores.unavailable.set(1);
        var before = server.stores.ids.size();

        var failed = post("/api/secret-stores", body, key);
        var done = post("/api/secret-stores", body, key);

        assertThat(failed.status()).isEqualTo(503);
        assertThat(done.status()).isEqualTo(201);
        assertThat(server.stores.ids.subList(before, before + 2).stream().distinct())
                .hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("broken")
    void refusesAKeyThatCannotBe(String key) {
        var answer = post("/api/secret-stores", store(fresh()), key);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).contains("Idempotency-Key");
    }

    static Stream<String> broken() {
        return Stream.of("", "x".repeat(256));
    }
}
