package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.SandboxRefusal;
import dev.sealbox.http.TestServer.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExecRoutesTest {
    private static final String SETTINGS = """
            sealbox.http.exec {
              early-headers = 300 ms, keep-alive = 100 ms, inline-hold = 200 ms, poll-hold = 200 ms
              keep-results = 5 m, kept-output = 100, kept-output-total = 1500, max-async = 3
            }""";

    private static TestServer server;
    private static String sandbox = "";

    @BeforeAll
    static void start() {
        server = new TestServer(SETTINGS);
        sandbox = server.send("POST", "/api/sandboxes", "{}")
                .json()
                .path("sandboxID")
                .asText();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void echo() {
        finishing(new CommandResult(0, "out", "err"));
    }

    private static void finishing(CommandResult result) {
        server.sandboxes.command = run -> CompletableFuture.completedFuture(Outcome.done(result));
    }

    private static CompletableFuture<Outcome<CommandResult>> pending() {
        var running = new CompletableFuture<Outcome<CommandResult>>();
        server.sandboxes.command = run -> running;
        return running;
    }

    private static Answer post(String path, String body) {
        return server.send("POST", "/api/sandboxes/" + sandbox + path, body);
    }

    private static Answer result(String exec) {
        return server.send("GET", "/api/sandboxes/" + sandbox + "/exec/" + exec + "/result");
    }

    private static Answer finished(String exec) {
        var answer = new AtomicReference<Answer>();
        TestServer.until("the command has ended", () -> {
            answer.set(result(exec));
            return !answer.get().json().path("running").asBoolean();
        });
        return answer.get();
    }

    @Test
    void runsAProgramWithItsArguments() {
        var answer = post(
                "/exec/run",
                "{\"cmd\":\"sh\",\"args\":[\"-c\",\"echo $A\"],\"envs\":{\"A\":\"b\"},\"cwd\":\"/tmp\",\"timeout\":5}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()).hasToString("{\"exitCode\":0,\"stdout\":\"out\",\"stderr\":\"err\"}");
        var run = server.sandboxes.runs.getLast();
        assertThat(run.argv()).isEqualTo(List.of("sh", "-c", "echo $A"));
        assertThat(run.envs()).isEqualTo(Map.of("A", "b"));
        assertThat(run.directory()).isEqualTo(Optional.of("/tmp"));
        assertThat(run.timeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"cmd\":\"ls -l\"}", "{\"cmd\":\"ls -l\",\"args\":[],\"timeout\":0,\"cwd\":\"\"}"})
    void runsALineInTheShellForAMinute(String body) {
        post("/exec/run", body);

        var run = server.sandboxes.runs.getLast();
        assertThat(run.argv()).isEqualTo(List.of("sh", "-c", "ls -l"));
        assertThat(run.timeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(run.directory()).isEmpty();
    }

    @Test
    void servesTheOlderPath() {
        assertThat(post("/commands", "{\"command\":\"ls\"}").status()).isEqualTo(200);
        assertThat(post("/commands", "{\"cmd\":\"ls\"}").status()).isEqualTo(200);
        assertThat(server.sandboxes.runs.getLast().argv()).isEqualTo(List.of("sh", "-c", "ls"));
        assertThat(post("/exec/run", "{\"command\":\"ls\"}").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "",
                "{\"cmd\":\"\"}",
                "{\"cmd\":7}",
                "{\"cmd\":\"a\\u0000b\"}",
                "{\"cmd\":\"a\",\"args\":\"b\"}",
                "{\"cmd\":\"a\",\"args\":[null]}",
                "{\"cmd\":\"a\",\"args\":[\"b\\u0000\"]}",
                "{\"cmd\":\"a\",\"envs\":[]}",
                "{\"cmd\":\"a\",\"envs\":{\"A\":\"\\u0000\"}}",
                "{\"cmd\":\"a\",\"cwd\":\"\\u0000\"}",
                "{\"cmd\":\"a\",\"timeout\":\"5\"}",
                "{\"cmd\":\"a\",\"timeout\":1.5}",
                "{\"cmd\":\"a\",\"timeout\":99999999999}"
            })
    void refusesACommandThatCannotBe(String body) {
        assertThat(post("/exec/run", body).status()).isEqualTo(400);
        assertThat(post("/exec/run-async", body).status()).isEqualTo(400);
        assertThat(post("/commands", body).status()).isEqualTo(400);
    }

    @Test
    void answersAStoppedSandboxWithItsStatus() {
        server.sandboxes.command =
                run -> CompletableFuture.completedFuture(Outcome.refused(new SandboxRefusal.Stopped()));

        assertThat(post("/exec/run", "{\"cmd\":\"a\"}").status()).isEqualTo(410);
        assertThat(post("/exec/run-async", "{\"cmd\":\"a\"}").status()).isEqualTo(410);
    }

    @Test
    void keepsALongRunAliveWithWhiteSpace() {
        var answer = slowly(3, pending(), running -> running.complete(Outcome.done(new CommandResult(3, "late", ""))));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).matches(" {3,}\\{\"exitCode\":3,\"stdout\":\"late\",\"stderr\":\"\"}");
    }

    /** A command that ends when so much of its answer has arrived. */
    private static Answer slowly(
            int spaces,
            CompletableFuture<Outcome<CommandResult>> running,
            Consumer<CompletableFuture<Outcome<CommandResult>>> end) {
        var answer = server.stream(
                "POST", "/api/sandboxes/" + sandbox + "/exec/run", BodyPublishers.ofString("{\"cmd\":\"a\"}"));
        return TestServer.afterSpaces(spaces, answer, () -> end.accept(running));
    }

    @Test
    void tellsALateFailureInTheResult() {
        var late = slowly(1, pending(), running -> running.complete(Outcome.refused(new SandboxRefusal.Stopped())));
        var broken = slowly(1, pending(), running -> running.completeExceptionally(new TimeoutException()));

        assertThat(late.status()).isEqualTo(200);
        assertThat(late.json().path("exitCode").asInt()).isEqualTo(-1);
        assertThat(late.json().path("stderr").asText()).isEqualTo("the sandbox has been stopped");
        assertThat(broken.json().path("exitCode").asInt()).isEqualTo(-1);
        assertThat(broken.json().path("stderr").asText())
                .contains(broken.headers().firstValue("X-Request-Id").orElseThrow());
    }

    @Test
    void answersAQuickAsyncRunInline() {
        var answer = post("/exec/run-async", "{\"cmd\":\"a\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()).hasToString("{\"exitCode\":0,\"stdout\":\"out\",\"stderr\":\"err\"}");
        assertThat(server.sandboxes.runs.getLast().timeout()).isZero();
    }

    @Test
    void answersALongAsyncRunWithAHandle() {
        var running = pending();

        var answer = post("/exec/run-async", "{\"cmd\":\"a\",\"timeout\":60}");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("running").asBoolean()).isTrue();
        assertThat(Instant.parse(answer.json().path("startedAt").asText())).isNotNull();
        var exec = answer.json().path("execId").asText();
        assertThat(result(exec).json())
                .hasToString("{\"running\":true,\"stdout\":\"\",\"stderr\":\"\",\"truncated\":false}");
        running.complete(Outcome.done(new CommandResult(4, "o", "e")));
        assertThat(finished(exec).json())
                .hasToString(
                        "{\"running\":false,\"exitCode\":4,\"stdout\":\"o\",\"stderr\":\"e\",\"truncated\":false}");
    }

    @Test
    void keepsTheEndOfLongOutputBehindAHandle() {
        var running = pending();
        var exec =
                post("/exec/run-async", "{\"cmd\":\"a\"}").json().path("execId").asText();
        running.complete(Outcome.done(new CommandResult(0, "a".repeat(200) + "END", "b".repeat(80) + "END")));

        var poll = finished(exec).json();

        assertThat(poll.path("truncated").asBoolean()).isTrue();
        assertThat(poll.path("stdout").asText()).hasSize(50).endsWith("END");
        assertThat(poll.path("stderr").asText()).hasSize(50).endsWith("END");
    }

    @Test
    void tellsAFailureBehindAHandle() {
        var refused = pending();
        var one =
                post("/exec/run-async", "{\"cmd\":\"a\"}").json().path("execId").asText();
        refused.complete(Outcome.refused(new SandboxRefusal.Stopped()));
        var failing = pending();
        var two =
                post("/exec/run-async", "{\"cmd\":\"a\"}").json().path("execId").asText();
        failing.completeExceptionally(new TimeoutException());

        assertThat(finished(one).json().path("error").asText()).isEqualTo("the sandbox has been stopped");
        assertThat(finished(two).json().path("error").asText()).startsWith("the service is not available now");
        assertThat(finished(two).json().path("exitCode").asInt()).isEqualTo(-1);
    }

    @Test
    void showsAHandleToItsSandboxAndOrganisationOnly() {
        var running = pending();
        var exec =
                post("/exec/run-async", "{\"cmd\":\"a\"}").json().path("execId").asText();
        var other = server.send("POST", "/api/sandboxes", "{}")
                .json()
                .path("sandboxID")
                .asText();

        var foreign = server.send(
                "GET",
                "/api/sandboxes/" + sandbox + "/exec/" + exec + "/result",
                BodyPublishers.noBody(),
                "X-API-Key",
                TestServer.OTHER_KEY);
        var elsewhere = server.send("GET", "/api/sandboxes/" + other + "/exec/" + exec + "/result");
        running.complete(Outcome.done(new CommandResult(0, "", "")));

        assertThat(foreign.status()).isEqualTo(404);
        assertThat(elsewhere.status()).isEqualTo(404);
        assertThat(result("nonsense").status()).isEqualTo(404);
        assertThat(finished(exec).status()).isEqualTo(200);
    }

    @Test
    void forgetsAResultAfterAWhile() {
        try (var forgetful = new TestServer("sealbox.http.exec { inline-hold = 1 ms, keep-results = 200 ms }")) {
            var running = new CompletableFuture<Outcome<CommandResult>>();
            forgetful.sandboxes.command = run -> running;
            var exec = "/api/sandboxes/"
                    + forgetful
                            .send("POST", "/api/sandboxes", "{}")
                            .json()
                            .path("sandboxID")
                            .asText()
                    + "/exec/";
            var id = forgetful
                    .send("POST", exec + "run-async", "{\"cmd\":\"a\"}")
                    .json()
                    .path("execId")
                    .asText();
            assertThat(forgetful.send("GET", exec + id + "/result").status()).isEqualTo(200);

            running.complete(Outcome.done(new CommandResult(0, "", "")));

            TestServer.until(
                    "the result is forgotten",
                    () -> forgetful.send("GET", exec + id + "/result").status() == 404);
        }
    }

    @Test
    void boundsTheCommandsBehindHandles() {
        var running = pending();
        var first =
                post("/exec/run-async", "{\"cmd\":\"a\"}").json().path("execId").asText();
        post("/exec/run-async", "{\"cmd\":\"a\"}");
        post("/exec/run-async", "{\"cmd\":\"a\"}");

        var fourth = post("/exec/run-async", "{\"cmd\":\"a\"}");
        running.complete(Outcome.done(new CommandResult(0, "", "")));
        finished(first);
        var after = post("/exec/run-async", "{\"cmd\":\"a\"}");

        assertThat(fourth.status()).isEqualTo(429);
        assertThat(fourth.json().path("active").asInt()).isEqualTo(3);
        assertThat(fourth.json().path("limit").asInt()).isEqualTo(3);
        assertThat(after.status()).isEqualTo(200);
    }

    @Test
    void forgetsTheOldestResultsWhenTheyTakeTooMuchMemory() {
        var running = pending();
        var one =
                post("/exec/run-async", "{\"cmd\":\"a\"}").json().path("execId").asText();
        running.complete(Outcome.done(new CommandResult(0, "x".repeat(100), "")));
        finished(one);
        for (var i = 0; i < 2; i++) {
            var next = pending();
            var exec = post("/exec/run-async", "{\"cmd\":\"a\"}")
                    .json()
                    .path("execId")
                    .asText();
            next.complete(Outcome.done(new CommandResult(0, "x".repeat(100), "")));
            assertThat(finished(exec).status()).isEqualTo(200);
        }

        assertThat(result(one).status()).isEqualTo(404);
    }
}
