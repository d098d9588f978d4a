package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.organization.Role;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.http.TestServer.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an organisation has does not exist for another one, whatever id is guessed or known. */
class ForeignThingsTest {
    private static final String BODY =
            "{\"path\":\"/x\",\"memoryMB\":4096,\"enabled\":false,\"locked\":true,\"timeout\":1,\"cols\":80,\"rows\":24,\"script\":\"true\",\"name\":\"x\",\"value\":\"v\",\"cmd\":\"id\",\"command\":\"id\",\"version\":1,\"allowedHosts\":[],\"locations\":[],\"rules\":[]}";

    private final CompletableFuture<Outcome<CommandResult>> never = new CompletableFuture<>();
    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer("sealbox.http.rate-limit.requests-per-second = 0");
    }

    @AfterEach
    void stop() {
        never.complete(Outcome.done(new CommandResult(0, "", "")));
        server.close();
    }

    private Answer as(String key, String method, String path, String json) {
        return server.send(
                method, path, BodyPublishers.ofString(json), "X-API-Key", key, "Content-Type", "application/json");
    }

    /** Ids of things of acme, by the names that the API's description gives them in paths. */
    private Map<String, String> things() {
        var sandbox = id(server.send("POST", "/api/sandboxes", "{}"), "sandboxID");
        server.sandboxes.command = run -> (CompletionStage<Outcome<CommandResult>>) never;
        var run = server.send("POST", "/api/sandboxes/" + sandbox + "/exec/run-async", "{\"cmd\":\"sleep\"}");
        var store = id(server.send("POST", "/api/secret-stores", "{\"name\":\"git\"}"), "id");
        server.send("PUT", "/api/secret-stores/" + store + "/secrets/A", "{\"value\":\"v\"}");
        var webhook = id(server.send("POST", "/api/webhooks", "{\"url\":\"https://hooks.example.com/\"}"), "id");
        var message = id(server.send("POST", "/api/webhooks/" + webhook + "/test", ""), "messageId");
        return Map.of(
                "{webhookId}",
                webhook,
                "{messageId}",
                message,
                "{sandboxId}",
                sandbox,
                "{storeId}",
                store,
                "{name}",
                "A",
                "{checkpointId}",
                id(server.send("POST", "/api/sandboxes/" + sandbox + "/checkpoints", "{\"name\":\"c\"}"), "id"),
                "{patchId}",
                UUID.randomUUID().toString(),
                "{sessionId}",
                id(run, "execId"),
                "{keyId}",
                id(server.send("POST", "/api/api-keys", "{\"name\":\"k\",\"role\":\"operator\"}"), "id"));
    }

    private static String id(Answer made, String field) {
        assertThat(made.status()).as(made.body()).isBetween(200, 202);
        var id = made.json().path(field).asText();
        assertThat(id).isNotEmpty();
        return id;
    }

    @Test
    void areNotFound() {
        server.keys.grant("osb_theirs", "other", "key-1", Role.OPERATOR);
        server.keys.grant("osb_launcher", "other", "key-1", Role.AGENT_LAUNCHER);
        var things = things();
        var operations =
                ApiDescriptionTest.operations(server.send("GET", "/openapi.yaml", BodyPublishers.noBody())
                                .body())
                        .stream()
                        .filter(operation -> operation.contains("{"))
                        // These two ask for a signature instead of a key.
                        .filter(operation ->
                                !operation.endsWith("/files/download") && !operation.endsWith("/files/upload"))
                        .map(operation -> things.entrySet().stream()
                                .reduce(
                                        operation,
                                        (text, thing) -> text.replace(thing.getKey(), thing.getValue()),
                                        String::concat))
                        .filter(operation -> !operation.contains("{"))
                        .toList();
        assertThat(operations).hasSizeGreaterThan(20);
        var changes = server.stores.changes.get();

        for (var key : List.of(TestServer.OTHER_KEY, "osb_theirs", "osb_launcher")) {
            for (var operation : operations) {
                var words = operation.split(" ", 2);
                var body = words[0].equals("PATCH")
                        ? "{\"allowedHosts\":[]}"
                        : words[1].endsWith("/tags") ? "{}" : words[1].endsWith("/preview") ? "{\"port\":1}" : BODY;
                var answer = as(key, words[0], words[1] + (words[1].endsWith("/usage") ? "" : "?path=/x"), body);
                var forbidden = !key.equals(TestServer.OTHER_KEY) && answer.status() == 403;
                // What is no handshake is refused before anybody looks for the session.
                var unlooked = answer.status() == 400 && answer.code().equals("not-a-websocket");
                // The contract has 400 for this one.
                var unfound = answer.status() == 400 && answer.code().equals("sandbox.not-found");
                assertThat(answer.status() == 404 || forbidden || unlooked || unfound)
                        .as("%s %s: %s", key, operation, answer)
                        .isTrue();
            }
        }
        assertThat(server.stores.changes.get()).isEqualTo(changes);
        assertThat(server.sandboxes.stops).isEmpty();
        var ours = server.send("GET", "/api/webhooks").json().path("data");
        assertThat(ours).hasSize(1);
        assertThat(ours.path(0).path("enabled").asBoolean()).isTrue();
    }

    @Test
    void areNotHeardOf() {
        var sandbox = things().get("{sandboxId}");
        var body = "{\"url\":\"https://hooks.example.com/\",\"sandboxId\":\"" + sandbox + "\"}";

        var answer = as(TestServer.OTHER_KEY, "POST", "/api/webhooks", body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("sandbox.not-found");
        assertThat(as(TestServer.OTHER_KEY, "GET", "/api/webhooks", "").json().path("data"))
                .isEmpty();
    }

    @Test
    void areNotListed() {
        things();

        for (var path : List.of("/api/sandboxes", "/api/secret-stores", "/api/api-keys")) {
            assertThat(as(TestServer.OTHER_KEY, "GET", path, "").json())
                    .as(path)
                    .isEmpty();
            assertThat(server.send("GET", path).json()).as(path).isNotEmpty();
        }
    }
}
