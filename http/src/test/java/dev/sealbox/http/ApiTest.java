package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.http.TestServer.Answer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLTransientException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiTest {
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Answer bare(String method, String path, String... headers) {
        return server.send(method, path, BodyPublishers.noBody(), headers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/secret-stores",
                "/api/sandboxes",
                "/api/whoami",
                "/api/nowhere",
                "/api/sandboxes/sb-0123456789abcdef/files?path=x"
            })
    void answersNobodyWithoutAKey(String path) {
        for (var headers : List.of(
                new String[] {},
                new String[] {"X-API-Key", ""},
                new String[] {"X-API-Key", "osb_wrong"},
                new String[] {"X-API-Key", "k".repeat(4000)},
                new String[] {"Authorization", "Bearer " + TestServer.KEY})) {
            var answer = bare("GET", path, headers);
            assertThat(answer.status()).as(Arrays.toString(headers)).isEqualTo(401);
            assertThat(answer.code()).isEqualTo("unauthorized");
            assertThat(answer.body()).doesNotContain("osb_wrong");
        }
    }

    @Test
    void readsNoKeyFromTheQuery() {
        assertThat(bare("GET", "/api/sandboxes?api_key=" + TestServer.KEY).status())
                .isEqualTo(401);
    }

    @Test
    void tellsWhoIsAsking() {
        assertThat(server.send("GET", "/api/whoami").json().path("org_id").asText())
                .isEqualTo("acme");
    }

    @Test
    void passesOnWhoAskedFromWhereInWhichRequest() {
        var answer = server.send("GET", "/api/secret-stores/" + UUID.randomUUID());

        var origin = server.stores.origins.getLast();
        assertThat(origin.organization()).isEqualTo(new OrganizationId("acme"));
        assertThat(origin.keyId()).isEqualTo("key-1");
        assertThat(origin.address()).isEqualTo("127.0.0.1");
        assertThat(answer.headers().firstValue("X-Request-Id")).isEqualTo(Optional.of(origin.requestId()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/nowhere",
                "/api",
                "/api/",
                "/api/nowhere",
                "/api/secret-stores/",
                "/api/secret-stores/a/b",
                "/api/secret-stores/00000000-0000-0000-0000-000000000000/secrets/A/B",
                "/api/sandboxes/sb-0123456789abcdef/nowhere",
                "/api/sandboxes/sb-0123456789abcdef/exec/run/more",
                "/API/sandboxes"
            })
    void saysWhenThereIsNoSuchPath(String path) {
        var answer = server.send("GET", path);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("route.not-found");
    }

    /** The SDKs have calls for these; a 404 alone looks as if the sandbox were not there. */
    @ParameterizedTest
    @CsvSource({
        "GET,/api/sandboxes/sb-0123456789abcdef/mounts,mounts",
        "POST,/api/sandboxes/sb-0123456789abcdef/mounts,mounts",
        "DELETE,/api/sandboxes/sb-0123456789abcdef/mounts?path=x,mounts",
        "GET,/api/sandboxes/sb-0123456789abcdef/logs,logs of sandboxes",
        "POST,/api/sandboxes/sb-0123456789abcdef/agent,agents",
        "POST,/api/sandboxes/sb-0123456789abcdef/agent/x/prompt,agents",
        "GET,/api/templates,templates",
        "DELETE,/api/templates/x,templates"
    })
    void saysWhatIsNotServedYet(String method, String path, String what) {
        var answer = server.send(method, path);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("not-supported");
        assertThat(answer.error()).isEqualTo(what + " are not supported yet");
    }

    @ParameterizedTest
    @CsvSource({
        "PATCH,/api/secret-stores,'GET, POST'",
        "DELETE,/api/sandboxes,'GET, POST'",
        "POST,/api/secret-stores/00000000-0000-0000-0000-000000000000,'DELETE, GET, PUT'",
        "POST,/api/secret-stores/00000000-0000-0000-0000-000000000000/secrets/A,'DELETE, GET, PATCH, PUT'",
        "GET,/api/secret-stores/00000000-0000-0000-0000-000000000000/secrets/A/rollback,POST",
        "POST,/api/secret-stores/00000000-0000-0000-0000-000000000000/secrets,GET",
        "DELETE,/api/sandboxes/sb-0123456789abcdef/exec/run,'GET, POST'",
        "GET,/api/sandboxes/sb-0123456789abcdef/commands,POST",
        "POST,/api/sandboxes/sb-0123456789abcdef/files,'DELETE, GET, PUT'",
        "GET,/api/sandboxes/from-checkpoint/x,POST",
        "OPTIONS,/api/sandboxes,'GET, POST'",
        "POST,/health,GET",
        "FOO,/api/whoami,GET"
    })
    void saysWhichMethodsAPathTakes(String method, String path, String allowed) {
        var answer = server.send(method, path);

        assertThat(answer.code()).isEqualTo(method.equals("FOO") ? "request.broken" : "route.wrong-method");
        if (!method.equals("FOO")) {
            assertThat(answer.status()).isEqualTo(405);
            assertThat(Arrays.stream(answer.headers()
                                    .firstValue("Allow")
                                    .orElse("")
                                    .split(", "))
                            .sorted())
                    .containsExactly(allowed.split(", "));
        }
    }

    @Test
    void isHealthyAndReady() {
        assertThat(bare("GET", "/health").json()).hasToString("{\"status\":\"ok\"}");
        assertThat(bare("GET", "/healthz").json()).hasToString("{\"status\":\"alive\"}");
        assertThat(bare("GET", "/readyz").status()).isEqualTo(200);
    }

    private static Answer readyWhile(Readiness readiness) {
        server.readiness = readiness;
        try {
            return bare("GET", "/readyz");
        } finally {
            server.readiness = TestServer.ready();
        }
    }

    @Test
    void namesThePartThatIsNotReady() {
        var answer = readyWhile(
                TestServer.ready(Readiness.Part.usable("cluster"), new Readiness.Part("database", "no connection")));

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.error()).isEqualTo("not ready: database");
        assertThat(answer.json().path("parts")).hasToString("{\"cluster\":\"ok\",\"database\":\"no connection\"}");
    }

    @Test
    void isReadyThoughAPartIsImpairedAndSaysSo() {
        var answer =
                readyWhile(TestServer.ready(Readiness.Part.usable("cluster"), Readiness.Part.impaired("disk", "full")));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("parts")).hasToString("{\"cluster\":\"ok\",\"disk\":\"full\"}");
    }

    @Test
    void isNotReadyWhenItCannotTell() {
        var answer = readyWhile(() -> {
            throw new IllegalStateException("secret internals");
        });

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).doesNotContain("internals");
    }

    @Test
    void keepsItsMessagesShort() {
        var answer = server.send("POST", "/api/sandboxes", "{\"envs\":{\"" + "E".repeat(100_000) + "\":\"\\u0000\"}}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error()).hasSizeLessThan(600);
    }

    private static Answer failing(RuntimeException failure) {
        server.stores.failure = Optional.of(failure);
        try {
            return server.send("PUT", "/api/secret-stores/" + UUID.randomUUID() + "/secrets/A", "{\"value\":\"v\"}");
        } finally {
            server.stores.failure = Optional.empty();
        }
    }

    @Test
    void tellsOnlyTheRequestsIdWhenItFails() {
        var answer = failing(new IllegalStateException("SELECT * FROM journal: internals"));

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).doesNotContain("SELECT", "IllegalState", "dev.sealbox");
        assertThat(answer.error())
                .isEqualTo("internal error; request "
                        + answer.headers().firstValue("X-Request-Id").orElseThrow());
        assertThat(Wiped.bytes(server.stores.received.getLast())).containsOnly(0);
    }

    @Test
    void asksToComeBackWhenTheJournalIsOutOfReach() {
        var timeout = failing(new CompletionException(new TimeoutException("no answer from the shard")));
        var database = failing(new CompletionException(new SQLTransientException("gone")));

        assertThat(timeout.status()).isEqualTo(503);
        assertThat(timeout.headers().firstValue("Retry-After")).isEqualTo(Optional.of("1"));
        assertThat(timeout.body()).doesNotContain("shard");
        assertThat(database.status()).isEqualTo(503);
    }

    @Test
    void doesNotTellWhatItIsMadeOf() {
        assertThat(bare("GET", "/health").headers().firstValue("Server")).isEqualTo(Optional.of("sealbox"));
    }

    @Test
    void givesUpWaitingForAnAnswer() {
        try (var impatient = new TestServer("sealbox.http.answer-timeout = 200 ms")) {
            impatient.stores.silent = true;
            var answer = impatient.send("GET", "/api/secret-stores/" + UUID.randomUUID());

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.code()).isEqualTo("unavailable");
        }
    }

    @Test
    void asksToComeBackWhoIsCutOffByAStop() throws IOException {
        try (var stopping = new TestServer("sealbox.http.stop-deadline = 100 ms");
                var socket = stopping.socket()) {
            stopping.stores.silent = true;
            socket.setSoTimeout((int) TestServer.PATIENCE.toMillis());
            socket.getOutputStream()
                    .write(("GET /api/secret-stores/" + UUID.randomUUID() + " HTTP/1.1\r\nHost: x\r\nX-API-Key: "
                                    + TestServer.KEY + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            TestServer.until("the store is asked", () -> !stopping.stores.origins.isEmpty());

            var stopped = stopping.stopping();

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\r\nRetry-After: 1\r\n")
                    .endsWith("{\"error\":\"the server is stopping\",\"code\":\"unavailable\"}");
            stopped.orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void finishesRequestsInProgressWhenItStops() {
        try (var stopping = new TestServer()) {
            var sandbox = stopping.send("POST", "/api/sandboxes", "{}")
                    .json()
                    .path("sandboxID")
                    .asText();
            var running = new CompletableFuture<Outcome<CommandResult>>();
            var begun = new CompletableFuture<Boolean>();
            stopping.sandboxes.command = run -> {
                begun.complete(true);
                return running;
            };
            var answer = CompletableFuture.supplyAsync(
                    () -> stopping.send("POST", "/api/sandboxes/" + sandbox + "/exec/run", "{\"cmd\":\"a\"}"));
            begun.orTimeout(20, TimeUnit.SECONDS).join();

            var stopped = stopping.stopping();
            running.completeOnTimeout(Outcome.done(new CommandResult(0, "done", "")), 300, TimeUnit.MILLISECONDS);

            assertThat(answer.join().json().path("stdout").asText()).isEqualTo("done");
            stopped.orTimeout(20, TimeUnit.SECONDS).join();
        }
    }
}
