package dev.sealbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole control node, asked through its API. */
class KeysOverHttpIT {
    private static final String KEY = "osb_the-key-of-this-test";
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final HttpClient client = HttpClient.newHttpClient();
    private Optional<Node> running = Optional.empty();

    private record Answer(int status, JsonNode json) {}

    @BeforeEach
    void start() {
        var config = ConfigFactory.parseMap(Map.of(
                        "sealbox.data-dir",
                        folder.resolve("data").toString(),
                        "sealbox.persistence.data-dir",
                        folder.resolve("data").toString(),
                        "sealbox.node.roles",
                        "control",
                        "sealbox.node.bootstrap-api-key",
                        KEY,
                        "sealbox.http.port",
                        0,
                        "akka.remote.artery.canonical.port",
                        0,
                        "akka.cluster.jmx.enabled",
                        "off",
                        "akka.coordinated-shutdown.exit-jvm",
                        "off"))
                .withFallback(ConfigFactory.defaultApplication())
                .withFallback(ConfigFactory.defaultReferenceUnresolved())
                .resolve();
        running = Optional.of(
                Node.start(config, new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8)));
    }

    @AfterEach
    void stop() {
        running.ifPresent(Node::stop);
    }

    private Answer send(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(running.orElseThrow().address() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("X-API-Key", KEY)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(60));
        var response = client.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), JSON.readTree(response.body()));
    }

    private JsonNode rotated() throws IOException, InterruptedException {
        var deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        var status = send("GET", "/api/master-keys", "").json();
        while (!status.path("rotation").path("state").asText().equals("done") && System.nanoTime() < deadline) {
            Thread.sleep(20);
            status = send("GET", "/api/master-keys", "").json();
        }
        assertThat(status.path("rotation").path("state").asText()).isEqualTo("done");
        return status;
    }

    @Test
    void secretsAreForgottenWithACertificateAndMasterKeysRotated() throws Exception {
        var created = send("POST", "/api/secret-stores", "{\"name\":\"creds\"}");
        assertThat(created.status()).isEqualTo(201);
        var store = "/api/secret-stores/" + created.json().path("id").asText();
        var secret = store + "/secrets/GIT_TOKEN";
        assertThat(send("PUT", secret, "{\"value\":\"a-value-to-forget\"}").status())
                .isEqualTo(200);
        assertThat(send("GET", secret + "/destruction-certificate", "").status())
                .isEqualTo(404);

        var before = send("GET", "/api/master-keys", "").json();
        assertThat(before.path("keys").path(0).path("dataKeys").asInt()).isEqualTo(1);
        assertThat(send("POST", "/api/master-keys/rotate", "").status()).isEqualTo(202);
        var after = rotated();
        assertThat(after.path("primary").asLong())
                .isNotEqualTo(before.path("primary").asLong());
        assertThat(after.path("keys").path(0).path("dataKeys").asInt()).isEqualTo(1);
        assertThat(send("POST", "/api/master-keys/rotate", "{\"retire\":true}").status())
                .isEqualTo(202);

        assertThat(send("DELETE", store, "").status()).isEqualTo(204);
        var certificate = send("GET", secret + "/destruction-certificate", "");
        assertThat(certificate.status()).isEqualTo(200);
        assertThat(verifies(certificate.json())).isTrue();
        var statement = JSON.readTree(certificate.json().path("statement").asText());
        assertThat(statement.path("ciphertexts").asInt()).isEqualTo(1);
        assertThat(statement
                        .path("destroyed")
                        .path(0)
                        .path("decided")
                        .path("apiKeyId")
                        .asText())
                .startsWith("key-");
        assertThat(statement
                        .path("destroyed")
                        .path(0)
                        .path("decided")
                        .path("requestId")
                        .asText())
                .isNotEmpty();
        assertThat(send("GET", store + "/destruction-certificate", "").status()).isEqualTo(200);
    }

    private static boolean verifies(JsonNode certificate) throws GeneralSecurityException {
        var pem = certificate.path("publicKey").asText().replaceAll("-----[A-Z ]+-----|\n", "");
        var signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(pem))));
        signature.update(certificate.path("statement").asText().getBytes(StandardCharsets.UTF_8));
        return signature.verify(
                Base64.getDecoder().decode(certificate.path("signature").asText()));
    }
}
