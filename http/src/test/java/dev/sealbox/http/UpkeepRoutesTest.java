package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UpkeepRoutesTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer("sealbox.http.rate-limit.requests-per-second = 0");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String sandbox() {
        var created = server.send("POST", "/api/sandboxes", "{}");
        return "/api/sandboxes/" + created.json().path("sandboxID").asText();
    }

    @Test
    void tellsAndReplacesTags() {
        var sandbox = sandbox();

        var before = server.send("GET", sandbox + "/tags").json();
        assertThat(before.path("tags").isObject()).isTrue();
        assertThat(before.has("tagsLastUpdatedAt")).isTrue();
        assertThat(before.path("tagsLastUpdatedAt").isNull()).isTrue();

        var put = server.send("PUT", sandbox + "/tags", "{\"team\":\"blue\",\"env\":\"\"}");
        assertThat(put.status()).isEqualTo(200);
        assertThat(put.json().path("tags").path("team").asText()).isEqualTo("blue");
        assertThat(put.json().path("tagsLastUpdatedAt").asText()).matches("20[0-9-]+T.*Z");
        assertThat(server.send("PUT", sandbox + "/tags", "{}").json().path("tags"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"oc:x\":\"y\"}", "{\"a b\":\"y\"}", "{\"a\":1}", "{\"a\":null}", "[]", "{\"\":\"x\"}"})
    void refusesTagsThatAreNone(String body) {
        var answer = server.send("PUT", sandbox() + "/tags", body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.error()).isNotEmpty();
    }

    @Test
    void scalesWithTheFieldsThatClientsRead() {
        var sandbox = sandbox();
        server.send("PUT", sandbox + "/autoscale", "{\"enabled\":true,\"minMemoryMB\":1024,\"maxMemoryMB\":8192}");

        var scaled = server.send("POST", sandbox + "/scale", "{\"memoryMB\":8192}");

        assertThat(scaled.status()).isEqualTo(200);
        assertThat(scaled.json().path("sandboxID").asText()).isNotEmpty();
        assertThat(scaled.json().path("memoryMB").asInt()).isEqualTo(8192);
        assertThat(scaled.json().path("cpuPercent").asInt()).isEqualTo(200);
        assertThat(scaled.json().path("autoscaleDisabled").asBoolean()).isTrue();
        assertThat(server.send("GET", sandbox).json().path("memoryMB").asInt()).isEqualTo(8192);
        assertThat(server.send("GET", sandbox + "/autoscale")
                        .json()
                        .path("enabled")
                        .asBoolean(true))
                .isFalse();
    }

    @Test
    void refusesAsTheContractSays() {
        var sandbox = sandbox();

        var used = server.send("POST", sandbox + "/scale", "{\"memoryMB\":1024}");
        assertThat(used.status()).isEqualTo(409);
        assertThat(used.code()).isEqualTo("oom_floor");
        assertThat(server.send("PUT", sandbox + "/scaling-lock", "{\"locked\":true}")
                        .json()
                        .path("locked")
                        .asBoolean())
                .isTrue();
        assertThat(server.send("GET", sandbox + "/scaling-lock")
                        .json()
                        .path("locked")
                        .asBoolean())
                .isTrue();
        for (var answer : java.util.List.of(
                server.send("POST", sandbox + "/scale", "{\"memoryMB\":8192}"),
                server.send(
                        "PUT",
                        sandbox + "/autoscale",
                        "{\"enabled\":true,\"minMemoryMB\":1024,\"maxMemoryMB\":8192}"))) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("scaling_locked");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|scale|{}",
                "POST|scale|{\"memoryMB\":\"8192\"}",
                "POST|scale|{\"memoryMB\":8191.5}",
                "PUT|autoscale|{}",
                "PUT|autoscale|{\"enabled\":true}",
                "PUT|autoscale|{\"enabled\":true,\"minMemoryMB\":2000,\"maxMemoryMB\":8192}",
                "PUT|autoscale|{\"enabled\":true,\"minMemoryMB\":8192,\"maxMemoryMB\":1024}",
                "PUT|autoscale|{\"enabled\":1}",
                "PUT|scaling-lock|{}",
                "PUT|scaling-lock|{\"locked\":\"yes\"}"
            })
    void refusesWhatIsNoSize(String method, String what, String body) {
        var answer = server.send(method, sandbox() + "/" + what, body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.error()).isNotEmpty();
    }
}
