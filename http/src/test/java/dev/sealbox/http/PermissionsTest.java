package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.Role;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.http.TestServer.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation that the API describes, for every role. A new one without a line here fails. */
class PermissionsTest {
    /** D is an administrator of the operating organisation; A, O, L, U are acme's admin, operator, launcher, auditor. */
    private static final Map<String, String> WHO = Stream.of("""
            GET /api/whoami                                                      D A O L U
            GET /api/api-keys                                                    D A
            POST /api/api-keys                                                   D A
            DELETE /api/api-keys/*                                               D A
            GET /api/organizations                                               D
            POST /api/organizations                                              D
            GET /api/hosts                                                       D
            POST /api/hosts/*/drain                                              D
            POST /api/hosts/*/undrain                                            D
            GET /api/master-keys                                                 D
            POST /api/master-keys/rotate                                         D
            GET /api/secret-stores                                               D A O
            POST /api/secret-stores                                              D A O
            GET /api/secret-stores/*                                             D A O
            PUT /api/secret-stores/*                                             D A O
            DELETE /api/secret-stores/*                                          D A O
            GET /api/secret-stores/*/destruction-certificate                     D A O
            GET /api/secret-stores/*/secrets                                     D A O
            GET /api/secret-stores/*/secrets/*                                   D A O
            PUT /api/secret-stores/*/secrets/*                                   D A O
            PATCH /api/secret-stores/*/secrets/*                                 D A O
            DELETE /api/secret-stores/*/secrets/*                                D A O
            GET /api/secret-stores/*/secrets/*/destruction-certificate           D A O
            GET /api/secret-stores/*/secrets/*/versions                          D A O
            POST /api/secret-stores/*/secrets/*/rollback                         D A O
            PUT /api/secret-stores/*/secrets/*/locations                         D A O
            PUT /api/secret-stores/*/secrets/*/rules                             D A O
            POST /api/secret-stores/*/secrets/*/disable                          D A O
            POST /api/secret-stores/*/secrets/*/enable                           D A O
            POST /api/secret-stores/*/secrets/*/versions/*/disable               D A O
            POST /api/secret-stores/*/secrets/*/versions/*/enable                D A O
            POST /api/secret-stores/*/secrets/*/versions/*/destroy               D A O
            GET /api/sandboxes                                                   D A O L
            POST /api/sandboxes                                                  D A O L
            GET /api/sandboxes/*                                                 D A O L
            DELETE /api/sandboxes/*                                              D A O L
            POST /api/sandboxes/*/hibernate                                      D A O L
            POST /api/sandboxes/*/wake                                           D A O L
            POST /api/sandboxes/*/reboot                                         D A O L
            POST /api/sandboxes/*/power-cycle                                    D A O L
            POST /api/sandboxes/*/timeout                                        D A O L
            GET /api/sandboxes/*/tags                                            D A O L
            PUT /api/sandboxes/*/tags                                            D A O L
            GET /api/sandboxes/*/preview                                         D A O L
            POST /api/sandboxes/*/preview                                        D A O L
            DELETE /api/sandboxes/*/preview/*                                    D A O L
            POST /api/sandboxes/*/preview/rotate                                 D A O L
            POST /api/sandboxes/*/scale                                          D A O L
            GET /api/sandboxes/*/autoscale                                       D A O L
            PUT /api/sandboxes/*/autoscale                                       D A O L
            GET /api/sandboxes/*/scaling-lock                                    D A O L
            PUT /api/sandboxes/*/scaling-lock                                    D A O
            GET /api/sandboxes/*/usage                                           D A O L
            GET /api/usage                                                       D A O
            GET /api/tags                                                        D A O
            GET /api/sandboxes/*/allowed-hosts                                   D A O
            POST /api/sandboxes/*/checkpoints                                    D A O L
            GET /api/sandboxes/*/checkpoints                                     D A O L
            DELETE /api/sandboxes/*/checkpoints/*                                D A O L
            POST /api/sandboxes/*/checkpoints/*/restore                          D A O L
            POST /api/sandboxes/*/revoke-secrets                                 D A O
            GET /api/sandboxes/*/secrets/explain                                 D A O
            POST /api/sandboxes/checkpoints/*/publish                            D A O
            POST /api/sandboxes/checkpoints/*/unpublish                          D A O
            POST /api/sandboxes/checkpoints/*/revoke-secrets                     D A O
            GET /api/sandboxes/checkpoints/*/patches                             D A O
            POST /api/sandboxes/checkpoints/*/patches                            D A O
            DELETE /api/sandboxes/checkpoints/*/patches/*                        D A O
            POST /api/sandboxes/from-checkpoint/*                                D A O L
            POST /api/sandboxes/*/exec                                           D A O L
            GET /api/sandboxes/*/exec                                            D A O L
            GET /api/sandboxes/*/exec/*                                          D A O L
            POST /api/sandboxes/*/exec/*/kill                                    D A O L
            POST /api/sandboxes/*/pty                                            D A O L
            GET /api/sandboxes/*/pty/*                                           D A O L
            DELETE /api/sandboxes/*/pty/*                                        D A O L
            POST /api/sandboxes/*/pty/*/resize                                   D A O L
            POST /api/sandboxes/*/exec/run                                       D A O L
            POST /api/sandboxes/*/exec/run-async                                 D A O L
            GET /api/sandboxes/*/exec/*/result                                   D A O L
            POST /api/sandboxes/*/commands                                       D A O L
            GET /api/sandboxes/*/files                                           D A O L
            PUT /api/sandboxes/*/files                                           D A O L
            DELETE /api/sandboxes/*/files                                        D A O L
            GET /api/sandboxes/*/files/list                                      D A O L
            POST /api/sandboxes/*/files/mkdir                                    D A O L
            POST /api/sandboxes/*/files/download-url                             D A O L
            POST /api/sandboxes/*/files/upload-url                               D A O L
            GET /api/snapshots                                                   D A O L
            POST /api/snapshots                                                  D A O
            GET /api/snapshots/*                                                 D A O L
            DELETE /api/snapshots/*                                              D A O
            POST /api/snapshots/*/patches                                        D A O
            GET /api/snapshots/*/patches                                         D A O
            DELETE /api/snapshots/*/patches/*                                    D A O
            POST /api/snapshots/*/publish                                        D
            POST /api/snapshots/*/unpublish                                      D
            GET /api/images                                                      D A O
            GET /api/images/*                                                    D A O
            DELETE /api/images/*                                                 D A O
            POST /api/images/*/patches                                           D A O
            GET /api/images/*/patches                                            D A O
            DELETE /api/images/*/patches/*                                       D A O
            GET /api/snapshots/*/export                                          D A O
            POST /api/snapshots/*/import                                         D A O
            GET /api/sandboxes/checkpoints/*/export                              D A O
            GET /api/webhooks                                                    D A O
            POST /api/webhooks                                                   D A O
            GET /api/webhooks/*                                                  D A O
            PATCH /api/webhooks/*                                                D A O
            DELETE /api/webhooks/*                                               D A O
            GET /api/webhooks/*/secret                                           D A O
            POST /api/webhooks/*/test                                            D A O
            GET /api/webhooks/*/deliveries                                       D A O
            GET /api/webhooks/*/deliveries/*                                     D A O
            POST /api/webhooks/*/deliveries/*/redeliver                          D A O
            GET /api/audit/events                                                D A U
            GET /api/audit/replay/*                                              D A U
            GET /api/audit/who-could                                             D A U
            GET /api/audit/uses                                                  D A U
            POST /api/audit/what-if                                              D A U
            GET /api/audit/verify                                                D A U
            GET /api/audit/heads                                                 D A U
            GET /api/audit/public-key                                            D A U
            """.split("\n"))
            .map(line -> line.split(" {2,}"))
            .collect(Collectors.toMap(words -> words[0], words -> words[1]));

    /** What needs no key. */
    private static final Set<String> OPEN = Set.of(
            "GET /health",
            "GET /healthz",
            "GET /readyz",
            "GET /metrics",
            "GET /openapi.yaml",
            "GET /api/sandboxes/{sandboxId}/files/download",
            "PUT /api/sandboxes/{sandboxId}/files/upload");

    private static final String LAUNCHER = "osb_launcher";
    private static final String OTHER_LAUNCHER = "osb_other_launcher";
    private static final String OPERATOR = "osb_operator";
    private static final String AUDITOR = "osb_auditor";

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer("sealbox.http.rate-limit.requests-per-second = 0");
        server.keys.grant("osb_deployment", "default", "key-d", Role.ADMIN);
        server.keys.grant(OPERATOR, "acme", "key-o", Role.OPERATOR);
        server.keys.grant(LAUNCHER, "acme", "key-l", Role.AGENT_LAUNCHER, "git", "npm");
        server.keys.grant(OTHER_LAUNCHER, "acme", "key-l2", Role.AGENT_LAUNCHER, "git");
        server.keys.grant(AUDITOR, "acme", "key-u", Role.AUDITOR);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Answer send(String key, String method, String path, String json) {
        return server.send(
                method, path, BodyPublishers.ofString(json), "X-API-Key", key, "Content-Type", "application/json");
    }

    /** What stands for a snapshot of theirs is everybody's by its name once it is published. */
    @Test
    void letsOperatorsOfTheDeploymentPublishNoImage() {
        server.keys.grant("osb_keeper", "default", "key-k", Role.OPERATOR);
        server.checkpoints.stage = Checkpoint.Stage.READY;
        var sandbox = send("osb_keeper", "POST", "/api/sandboxes", "{}")
                .json()
                .path("sandboxID")
                .asText();
        var id = send("osb_keeper", "POST", "/api/sandboxes/" + sandbox + "/checkpoints", "{\"name\":\"one\"}")
                .json()
                .path("id")
                .asText();
        var path = "/api/sandboxes/checkpoints/" + id + "/publish";

        assertThat(send("osb_keeper", "POST", path, "").json().path("code").asText())
                .isEqualTo("checkpoint.for-admins");
        assertThat(send("osb_deployment", "POST", path, "").status()).isEqualTo(200);
    }

    private static SandboxView sandboxOf(String keyId) {
        return server.sandboxes.add(
                new Origin(new OrganizationId("acme"), keyId, "", ""),
                new NewSandbox("base", Optional.empty(), new Limits(1, 1024, 20480), 0, Map.of(), Map.of()),
                "running");
    }

    static List<String> described() {
        try (var own = new TestServer()) {
            var yaml = own.send("GET", "/openapi.yaml", BodyPublishers.noBody());
            return ApiDescriptionTest.operations(yaml.body()).stream()
                    .filter(operation -> !OPEN.contains(operation))
                    .toList();
        }
    }

    /** The one path that is also served without prefix is the same to the rules. */
    private static String pattern(String operation) {
        return operation.replace(" /sandboxes", " /api/sandboxes").replaceAll("\\{[^}]+}", "*");
    }

    @ParameterizedTest
    @MethodSource("described")
    void allowsWhatTheTableSays(String operation) {
        var who = WHO.get(pattern(operation));
        assertThat(who).as("who may %s", operation).isNotNull();
        var allowed = Set.copyOf(Arrays.asList(String.valueOf(who).split(" ")));
        Map.of("D", "osb_deployment", "A", TestServer.KEY, "O", OPERATOR, "L", LAUNCHER, "U", AUDITOR)
                .forEach((name, key) -> {
                    var words = operation.split(" ", 2);
                    var sandbox = sandboxOf("key-l").id().value();
                    var path = words[1].replace("{sandboxId}", sandbox)
                            .replace("{name}", "A")
                            .replaceAll("\\{[^}]+}", "x");
                    var answer = send(key, words[0], path, "{}");
                    if (allowed.contains(name)) {
                        assertThat(answer.status()).as(name).isNotIn(401, 403, 405);
                        assertThat(answer.body()).as(name).doesNotContain("route.not-found");
                    } else {
                        assertThat(answer.status()).as(name).isEqualTo(403);
                        assertThat(answer.code()).isEqualTo("forbidden");
                    }
                });
    }

    @Test
    void hasNoRuleThatTheTableLacks() {
        assertThat(Permissions.operations()).containsExactlyInAnyOrderElementsOf(WHO.keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/new-thing", "/api/sandboxes/x/new-thing", "/api/secret-stores/x/y", "/api/audit"})
    void knowsNothingWithoutARule(String path) {
        for (var key : List.of("osb_deployment", TestServer.KEY, OPERATOR, LAUNCHER, AUDITOR)) {
            assertThat(send(key, "GET", path, "").code()).isEqualTo("route.not-found");
        }
    }

    @Test
    void showsALauncherItsOwnSandboxesOnly() {
        var own = sandboxOf("key-l").id().value();
        var foreign = sandboxOf("key-l2").id().value();

        var listed = send(LAUNCHER, "GET", "/api/sandboxes", "").body();
        assertThat(listed).contains(own).doesNotContain(foreign);
        assertThat(send(TestServer.KEY, "GET", "/api/sandboxes", "").body()).contains(own, foreign);

        Function<String, List<Answer>> everything = id -> List.of(
                send(LAUNCHER, "GET", "/api/sandboxes/" + id, ""),
                send(LAUNCHER, "POST", "/api/sandboxes/" + id + "/exec/run", "{\"cmd\":\"id\"}"),
                send(LAUNCHER, "POST", "/api/sandboxes/" + id + "/exec/run-async", "{\"cmd\":\"id\"}"),
                send(LAUNCHER, "POST", "/api/sandboxes/" + id + "/commands", "{\"command\":\"id\"}"),
                send(LAUNCHER, "PUT", "/api/sandboxes/" + id + "/files?path=/x", "text"),
                send(LAUNCHER, "GET", "/api/sandboxes/" + id + "/files?path=/x", ""),
                send(LAUNCHER, "GET", "/api/sandboxes/" + id + "/files/list", ""),
                send(LAUNCHER, "POST", "/api/sandboxes/" + id + "/files/mkdir?path=/d", ""),
                send(LAUNCHER, "POST", "/api/sandboxes/" + id + "/files/download-url", "{\"path\":\"/x\"}"),
                send(LAUNCHER, "POST", "/api/sandboxes/" + id + "/files/upload-url", "{\"path\":\"/x\"}"),
                send(LAUNCHER, "POST", "/api/sandboxes/" + id + "/checkpoints", "{\"name\":\"c" + id + "\"}"),
                send(LAUNCHER, "GET", "/api/sandboxes/" + id + "/checkpoints", ""),
                send(LAUNCHER, "DELETE", "/api/sandboxes/" + id, ""));
        var ran = server.sandboxes.runs.size();
        assertThat(everything.apply(foreign))
                .allSatisfy(answer -> assertThat(answer.code()).isEqualTo("sandbox.not-found"));
        assertThat(server.sandboxes.runs).hasSize(ran);
        assertThat(everything.apply(own))
                .allSatisfy(answer -> assertThat(answer.status()).isBetween(200, 299));
    }

    @Test
    void startsALaunchersSandboxesWithNamedStoresOnly() {
        var git = send(LAUNCHER, "POST", "/api/sandboxes", "{\"secretStore\":\"git\"}");
        assertThat(git.status()).isEqualTo(201);
        assertThat(send(LAUNCHER, "POST", "/api/sandboxes", "{}").status()).isEqualTo(201);

        for (var store : List.of("production", "unknown", "Git", "git ")) {
            var started = server.sandboxes.wanted.size();
            var answer = send(LAUNCHER, "POST", "/api/sandboxes", "{\"secretStore\":\"" + store + "\"}");
            assertThat(answer.status()).as(store).isEqualTo(403);
            assertThat(answer.code()).isEqualTo("forbidden");
            assertThat(answer.body()).doesNotContain(store.strip());
            assertThat(server.sandboxes.wanted).hasSize(started);
        }
        assertThat(send(OPERATOR, "POST", "/api/sandboxes", "{\"secretStore\":\"production\"}")
                        .status())
                .isEqualTo(201);
    }

    @Test
    void letsALauncherForkWithinItsStores() {
        var own = sandboxOf("key-l").id().value();
        var checkpoint = send(LAUNCHER, "POST", "/api/sandboxes/" + own + "/checkpoints", "{\"name\":\"mine\"}")
                .json()
                .path("id")
                .asText();
        var path = "/api/sandboxes/from-checkpoint/" + checkpoint;

        assertThat(send(LAUNCHER, "POST", path, "{\"secretStore\":\"npm\"}").status())
                .isEqualTo(201);
        assertThat(server.checkpoints.forks.getLast().within().orElseThrow()).hasSize(2);
        assertThat(send(OTHER_LAUNCHER, "POST", path, "{\"secretStore\":\"npm\"}")
                        .code())
                .isEqualTo("forbidden");
        assertThat(send(OPERATOR, "POST", path, "{\"secretStore\":\"npm\"}").status())
                .isEqualTo(201);
        assertThat(server.checkpoints.forks.getLast().within()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "1", "false", ""})
    void deletesNoStoreForALauncher(String answer) {
        var own = sandboxOf("key-l").id().value();
        var stops = server.sandboxes.stops.size();

        assertThat(send(LAUNCHER, "DELETE", "/api/sandboxes/" + own + "?deleteSecretStore=" + answer, "")
                        .code())
                .isEqualTo("forbidden");
        assertThat(server.sandboxes.stops).hasSize(stops);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api//secret-stores",
                "/api/./secret-stores",
                "/api/sandboxes/../secret-stores",
                "/api/sandboxes/..%2fsecret-stores",
                "/api/secret%2dstores",
                "/api/secret-stores/",
                "/api/secret-stores;x=1",
                "//api/secret-stores",
                "/api/%73ecret-stores",
                "/api/sandboxes%2f..%2fsecret-stores"
            })
    void isNotFooledByTheSpellingOfAPath(String path) {
        for (var key : List.of(LAUNCHER, AUDITOR)) {
            assertThat(send(key, "GET", path, "").status()).as(path).isIn(400, 403, 404);
        }
    }
}
