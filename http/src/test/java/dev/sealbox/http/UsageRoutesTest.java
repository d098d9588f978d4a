package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageRoutesTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer("sealbox.http.rate-limit.requests-per-second = 0");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void reportsBySandboxWithTheFieldsThatClientsRead() {
        var report = server.send("GET", "/api/usage?groupBy=sandbox").json();

        assertThat(report.path("groupBy").asText()).isEqualTo("sandbox");
        assertThat(report.path("total").path("memoryGbSeconds").asDouble()).isEqualTo(4);
        var item = report.path("items").path(0);
        assertThat(item.path("sandboxId").asText()).isEqualTo("sb-0000000000000001");
        assertThat(item.path("diskOverageGbSeconds").asDouble()).isEqualTo(1.5);
        assertThat(item.path("tags").path("team").asText()).isEqualTo("blue");
        assertThat(item.has("tagsLastUpdatedAt")).isTrue();
        assertThat(report.path("nextCursor").asText()).isEqualTo("1");
        var last = server.send("GET", "/api/usage?groupBy=sandbox&cursor=1").json();
        assertThat(last.has("nextCursor") && last.path("nextCursor").isNull()).isTrue();
        var window = server.usage.asked.getLast().window();
        assertThat(Duration.between(window.from(), window.to())).isEqualTo(Duration.ofDays(30));
    }

    @Test
    void reportsByTagAndTellsTheKeys() {
        var report = server.send("GET", "/api/usage?groupBy=tag:team").json();

        assertThat(report.path("groupBy").asText()).isEqualTo("tag:team");
        assertThat(report.path("untagged").path("sandboxCount").asInt()).isEqualTo(2);
        assertThat(report.path("items").path(0).path("tagKey").asText()).isEqualTo("team");
        assertThat(report.path("items").path(0).path("tagValue").asText()).isEqualTo("blue");
        assertThat(report.path("items").path(0).path("sandboxCount").asInt()).isEqualTo(1);
        var key = server.send("GET", "/api/tags").json().path("keys").path(0);
        assertThat(key.path("key").asText()).isEqualTo("team");
        assertThat(key.path("sandboxCount").asInt()).isEqualTo(3);
        assertThat(key.path("valueCount").asInt()).isEqualTo(2);
    }

    @Test
    void takesFiltersAndPages() {
        assertThat(server.send(
                                "GET",
                                "/api/usage?groupBy=sandbox&from=2026-01-01&to=2026-01-31T12:00:00%2B01:00&limit=9999"
                                        + "&sort=-diskOverageGbSeconds&filter%5Btag:team%5D=blue,red")
                        .status())
                .isEqualTo(200);

        var query = server.usage.asked.getLast();
        assertThat(query.window().from()).hasToString("2026-01-01T00:00:00Z");
        assertThat(query.window().to()).hasToString("2026-01-31T11:00:00Z");
        assertThat(query.limit()).isEqualTo(500);
        assertThat(query.byDisk()).isTrue();
        assertThat(query.tags()).isEqualTo(Map.of("team", Set.of("blue", "red")));
    }

    @Test
    void takesAValueThatIsThereTwiceForOne() {
        server.send("GET", "/api/usage?groupBy=sandbox&filter%5Btag:team%5D=blue,blue,");

        assertThat(server.usage.asked.getLast().tags()).isEqualTo(Map.of("team", Set.of("blue", "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?groupBy=tag:",
                "?groupBy=host",
                "?groupBy=sandbox&from=yesterday",
                "?groupBy=sandbox&from=2026-02-30",
                "?groupBy=sandbox&from=2026-01-01&to=2026-04-02",
                "?groupBy=sandbox&from=2026-01-02&to=2026-01-01",
                "?groupBy=sandbox&from=-999999999-01-01T00:00:00Z&to=-999999999-01-02T00:00:00Z",
                "?groupBy=sandbox&from=%2B999999999-12-30T00:00:00Z&to=%2B999999999-12-31T00:00:00Z",
                "?groupBy=sandbox&to=-999999999-01-01T00:00:00Z",
                "?groupBy=sandbox&to=1969-12-31",
                "?groupBy=sandbox&limit=0",
                "?groupBy=sandbox&cursor=x",
                "?groupBy=sandbox&sort=memory",
                "?groupBy=sandbox&other=1",
                "?groupBy=sandbox&groupBy=sandbox",
                "?groupBy=sandbox&filter%5Btag:a%5D=1&filter%5Btag:a%5D=2",
                "?groupBy=sandbox&filter%5Bname%5D=1",
                "?groupBy=sandbox&filter%5Btag:a%00%5D=1",
                "?groupBy=sandbox&filter%5Btag:a%5D=1%00",
                "?groupBy=tag:a%00"
            })
    void refusesQuestionsThatAreNone(String query) {
        var answer = server.send("GET", "/api/usage" + query);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.error()).isNotEmpty();
    }

    @Test
    void reportsOfOneSandbox() {
        var id = server.send("POST", "/api/sandboxes", "{}")
                .json()
                .path("sandboxID")
                .asText();

        var report = server.send("GET", "/api/sandboxes/" + id + "/usage").json();

        assertThat(report.path("sandboxId").asText()).isEqualTo(id);
        assertThat(report.path("totals").path("memoryAllocatedGbSeconds").asDouble())
                .isEqualTo(10);
        assertThat(report.path("totals").path("memoryUsedPeakMb").asDouble()).isEqualTo(600);
        var point = report.path("points").path(0);
        assertThat(point.path("ts").asText()).isEqualTo(FakeUsage.SINCE.toString());
        assertThat(point.path("usedMemoryMbAvg").asDouble()).isEqualTo(512);
        assertThat(point.path("uptimeSeconds").asDouble()).isEqualTo(10);
        assertThat(server.send("GET", "/api/sandboxes/" + id + "/usage?from=2026-01-01&to=2026-02-15")
                        .status())
                .isEqualTo(400);
        assertThat(server.send("GET", "/api/sandboxes/sb-00000000000000ff/usage")
                        .status())
                .isEqualTo(404);
    }
}
