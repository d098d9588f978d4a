package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.audit.AuditRefusal.VerificationsUnderWay;
import dev.sealbox.domain.audit.Flaw;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Verdict;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.organization.Role;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AuditRoutesTest {
    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer("""
                sealbox.operator-organization = other
                sealbox.http {
                  stop-deadline = 60 s
                  exec { early-headers = 300 ms, keep-alive = 100 ms }
                  audit { poll = 20 ms, heartbeat = 200 ms, followers = 2, follow-limit = 5 m }
                }""");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void add(int events) {
        for (var i = 0; i < events; i++) {
            server.auditLog.add("acme", i % 2 == 0 ? "key-1" : "key-2");
        }
    }

    @Test
    void tellsEventsInPages() {
        add(5);
        server.auditLog.add("other", "key-1");

        var first = server.send("GET", "/api/audit/events?limit=2").json();
        assertThat(first.path("events")).hasSize(2);
        assertThat(first.path("next").asLong()).isEqualTo(2);
        var event = first.path("events").get(0);
        assertThat(event.path("offset").asLong()).isEqualTo(1);
        assertThat(event.path("entity").asText()).isEqualTo("sandbox:sb-1");
        assertThat(event.path("kind").asText()).isEqualTo("sandbox.created");
        assertThat(event.path("at").asText()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(event.path("actor").asText()).isEqualTo("key-1");
        assertThat(event.path("organization").asText()).isEqualTo("acme");
        assertThat(event.path("address").asText()).isEqualTo("127.0.0.1");
        assertThat(event.path("requestId").asText()).isEqualTo("request");
        assertThat(event.path("data").path("n").asInt()).isEqualTo(1);

        var rest = server.send("GET", "/api/audit/events?after=2").json();
        assertThat(rest.path("events")).hasSize(3);
        assertThat(rest.path("next").asLong()).isEqualTo(6);
    }

    @Test
    void refusesFiltersThatMeanNothing() {
        for (var query : List.of(
                "entity=sb_1",
                "entity=",
                "entity=house:1",
                "entity=secret-store:x",
                "kind=STORE",
                "kind=store",
                "kind=*",
                "kind=store.*x",
                "kind=%25.%25",
                "actor=a%20b",
                "actor=",
                "from=yesterday",
                "until=2026-01-01",
                "from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z",
                "after=-1",
                "after=x",
                "after=99999999999999999999",
                "limit=0",
                "limit=1001",
                "limit=",
                "follow=yes",
                "actor=a&actor=b",
                "knid=store.*")) {
            var answer = server.send("GET", "/api/audit/events?" + query);

            assertThat(answer.status()).as(query).isEqualTo(400);
            assertThat(answer.code()).isEqualTo("invalid");
            assertThat(answer.error()).isNotEmpty();
        }
    }

    @Test
    void streamsAllThatMatchAsLines() throws IOException {
        add(1_203);

        var answer = stream("/api/audit/events?actor=key-1", "Accept", "application/x-ndjson");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        var lines = new String(answer.body().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(lines).hasSize(602).allMatch(line -> line.startsWith("{\"offset\":") && line.endsWith("}"));
        assertThat(stream("/api/audit/events?limit=1", "Accept", "application/x-ndjson")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void readsNoFurtherThanASlowClientTakes() throws IOException {
        add(60_000);

        try (var body =
                stream("/api/audit/events", "Accept", "application/x-ndjson").body()) {
            assertThat(body.read()).isEqualTo('{');
            // Buffers of the kernel fill, then reading stops.
            var stood = new long[] {-1, System.nanoTime()};
            TestServer.until("reading stops", () -> {
                if (server.auditLog.asked.size() != stood[0]) {
                    stood[0] = server.auditLog.asked.size();
                    stood[1] = System.nanoTime();
                }
                return System.nanoTime() - stood[1] > 500_000_000L;
            });
            assertThat(stood[0]).isLessThan(120);
            assertThat(body.readAllBytes().length).isPositive();
        }
        assertThat(server.auditLog.asked.size()).isEqualTo(121);
    }

    @Test
    void followsWhatIsToCome() throws IOException {
        add(3);
        var answer = stream("/api/audit/events?after=1", "Accept", "text/event-stream");
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));

        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertThat(ids(lines, 2)).containsExactly(2L, 3L);
            server.auditLog.add("other", "key-1");
            server.auditLog.add("acme", "key-1");
            assertThat(ids(lines, 1)).containsExactly(5L);
            assertThat(lines.readLine()).startsWith("event: sandbox.created");
            assertThat(lines.readLine()).startsWith("data: {\"offset\":5,");
            assertThat(lines.readLine()).isEmpty();
            // Nothing to tell: a comment shows that the server lives.
            assertThat(lines.readLine()).isEqualTo(":");
        }
    }

    @Test
    void goesOnWhereAFollowerStopped() throws IOException {
        add(4);
        var answer = stream("/api/audit/events?follow=true&after=0", "Last-Event-ID", "3");
        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertThat(ids(lines, 1)).containsExactly(4L);
        }
        assertThat(stream("/api/audit/events?follow=true", "Last-Event-ID", "x").statusCode())
                .isEqualTo(400);
    }

    @Test
    void servesSoManyFollowersAndNoMoreUntilOneLeaves() throws IOException {
        var one = stream("/api/audit/events?follow=true");
        var two = stream("/api/audit/events?follow=true");
        assertThat(one.body().read()).isEqualTo(':');
        assertThat(two.body().read()).isEqualTo(':');
        assertThat(stream("/api/audit/events?follow=true").statusCode()).isEqualTo(429);

        one.body().close();
        TestServer.until(
                "there is room for another",
                () -> stream("/api/audit/events?follow=true").statusCode() == 200);
        two.body().close();
    }

    @Test
    void endsFollowersWhoseKeyIsRevoked() throws IOException {
        server.keys.grant("osb_auditor", "acme", "key-a", Role.AUDITOR);
        var follower = stream("/api/audit/events?follow=true", "X-API-Key", "osb_auditor");
        assertThat(follower.body().read()).isEqualTo(':');

        server.keys.withdraw("osb_auditor");
        add(1);

        assertThat(CompletableFuture.supplyAsync(() -> rest(follower.body()))
                        .orTimeout(TestServer.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join())
                .doesNotContain("data:");
    }

    @Test
    void endsFollowersWhenTheServerStops() throws IOException {
        var follower = stream("/api/audit/events?follow=true");
        assertThat(follower.body().read()).isEqualTo(':');

        // Well before the end of what requests in progress are given.
        server.stopping().orTimeout(30, TimeUnit.SECONDS).join();

        assertThat(rest(follower.body())).startsWith("\n\n");
    }

    /** What is left, whether its end was said or the connection just closed. */
    private static String rest(InputStream body) {
        var text = new StringBuilder();
        try {
            for (var next = body.read(); next >= 0; next = body.read()) {
                text.append((char) next);
            }
        } catch (IOException e) {
            // as good an end as any: a follower comes again
        }
        return text.toString();
    }

    @Test
    void verifiesWhatIsTheAskersAndForTheOperatorsEverything() {
        server.auditLog.verdict = () -> CompletableFuture.completedFuture(Outcome.done(new Verdict(
                3, 2, 1, 1, 7, List.of(new Flaw(Flaw.Kind.REORDERED, "sandbox:sb-1", 2, "event 2 moved")), 4)));

        var answer = server.send("GET", "/api/audit/verify").json();

        assertThat(server.auditLog.verified).isEqualTo(Scope.of(new OrganizationId("acme")));
        assertThat(answer)
                .hasToString("{\"intact\":false,\"events\":3,\"entities\":2,\"heads\":1,\"anchored\":1,"
                        + "\"upTo\":7,\"findings\":[{\"kind\":\"reordered\",\"entity\":\"sandbox:sb-1\",\"sequence\":2,"
                        + "\"detail\":\"event 2 moved\"}],\"omitted\":4}");

        server.send("GET", "/api/audit/verify", BodyPublishers.noBody(), "X-API-Key", TestServer.OTHER_KEY);
        assertThat(server.auditLog.verified).isEqualTo(Scope.EVERYTHING);
    }

    @Test
    void keepsAClientThatWaitsForAVerdict() {
        var verdict = new CompletableFuture<Outcome<Verdict>>();
        server.auditLog.verdict = () -> verdict;

        var answer = TestServer.afterSpaces(
                2,
                stream("/api/audit/verify"),
                () -> verdict.complete(Outcome.done(new Verdict(1, 1, 0, 0, 1, List.of(), 0))));

        assertThat(answer.body()).startsWith("  ");
        assertThat(answer.json().path("intact").asBoolean()).isTrue();
    }

    @Test
    void saysWhatWentWrongHoweverLate() {
        var verdict = new CompletableFuture<Outcome<Verdict>>();
        server.auditLog.verdict = () -> verdict;
        var late = TestServer.afterSpaces(
                1,
                stream("/api/audit/verify"),
                () -> verdict.completeExceptionally(new IllegalStateException("some text with a secret")));
        assertThat(late.code()).isEqualTo("unavailable");
        assertThat(late.body()).doesNotContain("secret");

        server.auditLog.verdict = () -> CompletableFuture.completedFuture(Outcome.refused(new VerificationsUnderWay()));
        var refused = server.send("GET", "/api/audit/verify");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("audit.busy");
    }

    @Test
    void showsHeadsAndTheKeyThatSignsThem() {
        var head = server.send("GET", "/api/audit/heads").json();
        assertThat(head.path("next").asLong()).isEqualTo(1);
        assertThat(head.path("heads").get(0).path("statement").asText()).startsWith("sealbox-audit-head/1\nnumber 1\n");
        assertThat(head.path("heads").get(0).path("hash").asText()).hasSize(64);
        assertThat(server.send("GET", "/api/audit/heads?after=1").json().path("heads"))
                .isEmpty();
        assertThat(server.send("GET", "/api/audit/heads?page=1").status()).isEqualTo(400);

        assertThat(server.send("GET", "/api/audit/public-key").body()).startsWith("-----BEGIN PUBLIC KEY-----");
    }

    @Test
    void needsAKey() {
        assertThat(server.send("GET", "/api/audit/events", BodyPublishers.noBody())
                        .status())
                .isEqualTo(401);
        assertThat(server.send("POST", "/api/audit/events").status()).isEqualTo(405);
    }

    private HttpResponse<InputStream> stream(String path, String... headers) {
        return server.stream(path, headers);
    }

    private static List<Long> ids(BufferedReader lines, int count) throws IOException {
        var ids = new ArrayList<Long>();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("id: ")) {
                ids.add(Long.parseLong(line.substring(4)));
                if (ids.size() == count) {
                    return ids;
                }
            }
        }
        throw new AssertionError("the stream ended after " + ids);
    }
}
