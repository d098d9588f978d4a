package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.organization.Role;
import dev.sealbox.domain.preview.PreviewHash;
import dev.sealbox.domain.sandbox.NewSandbox;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreviewRoutesTest {
    private static TestServer server;
    private String sandbox = "";
    private String path = "";

    @BeforeAll
    static void start() {
        server = new TestServer(
                "sealbox.http.sandbox-domain = preview.test, sealbox.http.preview.domains = \"acme=apps.acme.test\"");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void create() {
        var answer = server.send("POST", "/api/sandboxes", "{}").json();
        assertThat(answer.path("sandboxDomain").asText()).isEqualTo("preview.test");
        assertThat(answer.has("previewAuthToken")).isFalse();
        sandbox = answer.path("sandboxID").asText();
        path = "/api/sandboxes/" + sandbox + "/preview";
    }

    @Test
    void exposesAPortOnce() {
        assertThat(server.send("GET", path).body()).isEqualTo("[]");

        var first =
                server.send("POST", path, "{\"port\":3000,\"authConfig\":{\"a\":{\"b\":[1,null]}},\"domain\":\"\"}");
        var again = server.send("POST", path, "{\"port\":3000,\"authConfig\":{}}");

        assertThat(first.status()).as(first.body()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(first.json().path("hostname").asText()).isEqualTo(sandbox + "-p3000.preview.test");
        assertThat(first.json().path("sandboxId").asText()).isEqualTo(sandbox);
        assertThat(first.json().path("orgId").asText()).isEqualTo("acme");
        assertThat(first.json().path("port").asInt()).isEqualTo(3000);
        assertThat(first.json().path("sslStatus").asText()).isEqualTo("active");
        assertThat(first.json().path("authConfig").toString()).isEqualTo("{\"a\":{\"b\":[1,null]}}");
        assertThat(first.json().path("id").asText()).hasSize(36);
        assertThat(first.json().path("createdAt").asText()).endsWith("Z");
        server.send("POST", path, "{\"port\":1}");
        assertThat(server.send("GET", path).json()).hasSize(2).first().isEqualTo(first.json());

        assertThat(server.send("DELETE", path + "/3000").status()).isEqualTo(204);
        assertThat(server.send("DELETE", path + "/3000").status()).isEqualTo(404);
        assertThat(server.send("GET", path).json()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"port\":0}",
                "{\"port\":65536}",
                "{\"port\":-1}",
                "{\"port\":\"3000\"}",
                "{\"port\":3000.5}",
                "{\"port\":3000,\"domain\":\"mine.example\"}",
                "{\"port\":3000,\"authConfig\":[]}",
                "{\"port\":3000,\"authConfig\":\"x\"}"
            })
    void refusesWhatCannotBe(String body) {
        assertThat(server.send("POST", path, body).status()).isEqualTo(400);
        assertThat(server.send("GET", path).json()).isEmpty();
    }

    @Test
    void tellsTheNameBelowTheOrganisationsOwnDomain() {
        var answer = server.send("POST", path, "{\"port\":3000,\"domain\":\"Apps.acme.test\"}");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().path("customHostname").asText()).isEqualTo(sandbox + "-p3000.apps.acme.test");
    }

    @Test
    void refusesAnAuthConfigThatIsTooLarge() {
        var body = "{\"port\":3000,\"authConfig\":{\"a\":\"%s\"}}".formatted("x".repeat(4096));
        assertThat(server.send("POST", path, body).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "x", "-1", "03000", "3000.0"})
    void refusesToCloseWhatIsNoPort(String port) {
        assertThat(server.send("DELETE", path + "/" + port).status()).isEqualTo(400);
    }

    @Test
    void answers400ForASandboxThatIsNotThereAsTheContractHasIt() {
        for (var other : new String[] {"sb-ffffffffffffffff", "nonsense"}) {
            assertThat(server.send("POST", "/api/sandboxes/" + other + "/preview", "{\"port\":3000}")
                            .status())
                    .isEqualTo(400);
            assertThat(server.send("GET", "/api/sandboxes/" + other + "/preview")
                            .status())
                    .isEqualTo(404);
            assertThat(server.send("POST", "/api/sandboxes/" + other + "/preview/rotate")
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void isForItsOrganisationOnly() {
        server.keys.grant("osb_auditor", "acme", "key-3", Role.AUDITOR);
        for (var operation :
                new String[] {"POST " + path, "GET " + path, "DELETE " + path + "/1", "POST " + path + "/rotate"}) {
            var words = operation.split(" ", 2);
            for (var key : new String[] {TestServer.OTHER_KEY, "osb_auditor", "osb_nobody"}) {
                var answer = server.send(
                        words[0],
                        words[1],
                        BodyPublishers.ofString("{\"port\":3000}"),
                        "X-API-Key",
                        key,
                        "Content-Type",
                        "application/json");
                assertThat(answer.status()).as(operation + key).isIn(400, 401, 403, 404);
                assertThat(answer.status() != 400 || answer.code().equals("sandbox.not-found"))
                        .isTrue();
            }
        }
        assertThat(server.previews.previews.get(new SandboxId(sandbox))).isNull();
    }

    private PreviewHash guard(String of) {
        return Objects.requireNonNull(server.previews.previews.get(new SandboxId(of)))
                .guard()
                .orElseThrow();
    }

    @Test
    void rotatesTheToken() {
        var first = server.send("POST", path + "/rotate");
        assertThat(first.status()).as(first.body()).isEqualTo(200);
        assertThat(first.headers().firstValue("cache-control")).contains("no-store");
        assertThat(first.json().path("scheme").asText()).isEqualTo("bearer");
        var token = first.json().path("previewAuthToken").asText();
        assertThat(token).matches("[A-Za-z0-9_-]{43}");
        assertThat(guard(sandbox).isOf(token)).isTrue();

        var second = server.send("POST", path + "/rotate", "{}")
                .json()
                .path("previewAuthToken")
                .asText();
        assertThat(guard(sandbox).isOf(token)).isFalse();
        assertThat(guard(sandbox).isOf(second)).isTrue();
    }

    private static NewSandbox last() {
        return server.sandboxes.wanted.getLast();
    }

    @Test
    void guardsASandboxFromItsFirstMoment() {
        for (var auth : new String[] {"{}", "{\"token\":\"auto\"}", "{\"scheme\":\"bearer\",\"token\":\"\"}"}) {
            var answer = server.send("POST", "/api/sandboxes", "{\"previewAuth\":" + auth + "}");
            assertThat(answer.status()).as(answer.body()).isEqualTo(201);
            assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
            var token = answer.json().path("previewAuthToken").asText();
            assertThat(token).matches("[A-Za-z0-9_-]{43}");
            assertThat(last().guard().orElseThrow().isOf(token)).isTrue();
            var id = answer.json().path("sandboxID").asText();
            assertThat(server.send("GET", "/api/sandboxes/" + id).body()).doesNotContain("previewAuthToken", token);
        }
        var own = server.send("POST", "/api/sandboxes", "{\"previewAuth\":{\"token\":\"0123456789abcdef\"}}");
        assertThat(own.json().path("previewAuthToken").asText()).isEqualTo("0123456789abcdef");
        assertThat(last().guard()).contains(PreviewHash.of("0123456789abcdef"));
        assertThat(last().toString() + last().guard()).doesNotContain("0123456789abcdef");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"token\":\"0123456789abcde\"}",
                "{\"scheme\":\"basic\"}",
                "{\"token\":\"0123456789 abcdef\"}",
                "{\"token\":\"0123456789abcd\u00e9f\"}",
                "{\"token\":17}",
                "true"
            })
    void refusesAnAuthThatCannotBe(String auth) {
        var before = server.sandboxes.wanted.size();
        var answer = server.send("POST", "/api/sandboxes", "{\"previewAuth\":" + auth + "}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).doesNotContain("0123456789");
        assertThat(server.sandboxes.wanted).hasSize(before);
    }

    @Test
    void keepsNoTokenForARepeat() {
        var headers = new String[] {
            "X-API-Key", TestServer.KEY, "Content-Type", "application/json", "Idempotency-Key", "once-and-again"
        };
        var first = server.send("POST", "/api/sandboxes", BodyPublishers.ofString("{\"previewAuth\":{}}"), headers);
        var again = server.send("POST", "/api/sandboxes", BodyPublishers.ofString("{\"previewAuth\":{}}"), headers);

        assertThat(first.json().path("previewAuthToken").asText()).hasSize(43);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.json().path("sandboxID")).isEqualTo(first.json().path("sandboxID"));
        assertThat(again.body()).doesNotContain("previewAuthToken");
    }
}
