package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseFilter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UseRoutesTest {
    private static final String USE = """
            {"offset":1,"at":"1970-01-01T00:00:00Z","requestID":"00000000-0000-0000-0000-000000000001",\
            "sandboxID":"sb-0123456789abcdef","lineage":["00000000-0000-0000-0000-000000000009"],\
            "organization":"acme","decision":"used","rule":"*.example.com","secret":"KEY",\
            "store":"00000000-0000-0000-0000-000000000008","version":3,"locations":["headers"],"method":"GET",\
            "host":"api.example.com","path":"/v1","status":200,"sent":1,"received":2,"durationMicros":3000,\
            "count":1}""";

    private final TestServer server = new TestServer();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void tellsAnOrganisationOfItsOwnUsesInPages() {
        server.uses.add("acme");
        server.uses.add("other");
        server.uses.add("acme");

        var first = server.send("GET", "/api/audit/uses?limit=1");
        var second = server.send("GET", "/api/audit/uses?limit=10&after=1");

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.body()).isEqualTo("{\"uses\":[" + USE + "],\"next\":1}");
        assertThat(second.body())
                .contains("\"offset\":3")
                .doesNotContain("\"offset\":2")
                .endsWith("\"next\":3}");
    }

    @Test
    void tellsWhatAPolicyWouldHaveForbidden() {
        server.uses.add("acme");
        server.uses.add("other");
        server.uses.add("acme");

        var answer = server.send(
                "POST",
                "/api/audit/what-if?since=1970-01-01T00:00:00Z",
                "{\"egressAllowlist\":[\"*.example.com\"],\"allowedHosts\":{\"KEY\":[\"other.example.com\"]}}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"examined\":2,\"complete\":true,\"next\":3,\"omitted\":0,\"blocked\":["
                        + "{\"rule\":\"secret.not-for-host\",\"secret\":\"KEY\",\"host\":\"api.example.com\","
                        + "\"uses\":2,\"sandboxes\":1,\"first\":\"1970-01-01T00:00:00Z\","
                        + "\"last\":\"1970-01-01T00:00:00Z\"}]}");
        assertThat(server.uses.filters.getLast().ruling()).contains(Ruling.USED);
        assertThat(server.uses.filters.getLast().from()).contains(Instant.EPOCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"egressAllowlist\":[]}",
                "{\"egressAllowlist\":[\"https://x\"]}",
                "{\"allowedHosts\":{\"a-b\":[\"x.test\"]}}",
                "{\"allowedHosts\":[\"x.test\"]}",
                "{\"allowedHosts\":{\"A\":\"x.test\"}}"
            })
    void refusesWhatIsNoPolicy(String body) {
        var answer = server.send("POST", "/api/audit/what-if", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).isNotEmpty();
    }

    @Test
    void asksForWhatIsWanted() {
        server.send(
                "GET",
                "/api/audit/uses?sandbox=sb-0123456789abcdef&secret=KEY&host=*.Example.com&decision=refused"
                        + "&from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z");

        assertThat(server.uses.filters)
                .containsExactly(new UseFilter(
                        Optional.of(new SandboxId("sb-0123456789abcdef")),
                        Optional.of(new SecretName("KEY")),
                        Optional.of(HostPattern.parse("*.example.com")),
                        Optional.of(Ruling.REFUSED),
                        Optional.of(Instant.parse("2026-01-01T00:00:00Z")),
                        Optional.of(Instant.parse("2026-01-02T00:00:00Z"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sandbox=x",
                "secret=a-b",
                "host=http://x",
                "decision=maybe",
                "from=yesterday",
                "limit=1001",
                "kind=x",
                "from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z"
            })
    void refusesWhatItDoesNotKnow(String query) {
        assertThat(server.send("GET", "/api/audit/uses?" + query).status()).isEqualTo(400);
        assertThat(server.uses.filters).isEmpty();
    }

    @Test
    void streamsEveryUseAsALine() throws IOException {
        for (var i = 0; i < 1_234; i++) {
            server.uses.add("acme");
        }

        try (var lines = new BufferedReader(new InputStreamReader(
                server.stream("/api/audit/uses", "Accept", "application/x-ndjson")
                        .body(),
                StandardCharsets.UTF_8))) {
            var all = lines.lines().toList();
            assertThat(all).hasSize(1_234).first().isEqualTo(USE);
        }
    }

    @Test
    void tellsAFollowerOfWhatIsToCome() throws IOException {
        server.uses.add("acme");
        try (var lines = new BufferedReader(new InputStreamReader(
                server.stream("/api/audit/uses?follow=true").body(), StandardCharsets.UTF_8))) {
            var said = lines.lines().filter(line -> line.startsWith("id:")).iterator();
            assertThat(said.next()).isEqualTo("id: 1");
            server.uses.add("acme");
            assertThat(said.next()).isEqualTo("id: 2");
        }
    }
}
