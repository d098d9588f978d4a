package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.forgetting.ForgettingRefusal;
import dev.sealbox.domain.keys.MasterKeyRefusal;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MasterKeyRoutesTest {
    private static final String STORE = "/api/secret-stores/0b9f7a62-5a3e-4d0c-9f0e-2f3a1c7d9e10";
    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer("sealbox.operator-organization = acme");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        server.masterKeys.asked.clear();
        server.masterKeys.refusal = Optional.empty();
        server.certificates.refusal = Optional.empty();
    }

    @Test
    void countWhatEachMasterKeyWraps() {
        var answer = server.send("GET", "/api/master-keys");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("primary").asLong()).isEqualTo(FakeMasterKeys.PRIMARY);
        assertThat(answer.json().path("keys").path(0).toString())
                .isEqualTo("{\"id\":4000000000,\"primary\":true,\"state\":\"enabled\",\"dataKeys\":7,\"otherKeys\":3}");
        assertThat(answer.json().path("rotation").toString())
                .isEqualTo("{\"state\":\"running\",\"done\":4,\"total\":10,\"unopenable\":1}");
    }

    @Test
    void rotateOrRetire() {
        assertThat(server.send("POST", "/api/master-keys/rotate").status()).isEqualTo(202);
        assertThat(server.send("POST", "/api/master-keys/rotate", "{\"retire\": true}")
                        .status())
                .isEqualTo(202);
        assertThat(server.send("POST", "/api/master-keys/rotate", "{\"retire\": \"yes\"}")
                        .status())
                .isEqualTo(400);
        assertThat(server.send("GET", "/api/master-keys/rotate").status()).isEqualTo(405);

        assertThat(server.masterKeys.asked).containsExactly("rotate", "retire");
    }

    @Test
    void sayWhatToDoWhereANodeCannotRotate() {
        server.masterKeys.refusal = Optional.of(new MasterKeyRefusal.NotRewritable("give another key set"));
        var answer = server.send("POST", "/api/master-keys/rotate");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.code()).isEqualTo("keys.not-rewritable");
        assertThat(answer.error()).isEqualTo("give another key set");

        server.masterKeys.refusal = Optional.of(new MasterKeyRefusal.InUse(12, 5));
        assertThat(server.send("POST", "/api/master-keys/rotate", "{\"retire\":true}")
                        .code())
                .isEqualTo("keys.in-use");
    }

    @Test
    void certifyDestruction() {
        var store = server.send("GET", STORE + "/destruction-certificate");
        var secret = server.send("GET", STORE + "/secrets/GIT_TOKEN/destruction-certificate");

        assertThat(store.status()).isEqualTo(200);
        assertThat(store.json().path("statement").asText()).contains("acme 0b9f7a62-5a3e-4d0c-9f0e-2f3a1c7d9e10\"");
        assertThat(store.json().path("algorithm").asText()).isEqualTo("Ed25519");
        assertThat(store.json().path("signature").asText()).isEqualTo("AAAA");
        assertThat(store.json().path("publicKey").asText()).isEqualTo("PEM");
        assertThat(secret.json().path("statement").asText()).endsWith(" GIT_TOKEN\"}");
        assertThat(server.send("GET", "/api/secret-stores/none/destruction-certificate")
                        .status())
                .isEqualTo(400);
        assertThat(server.send("DELETE", STORE + "/destruction-certificate").status())
                .isEqualTo(405);
    }

    @Test
    void certifyNothingThatIsStillThere() {
        server.certificates.refusal = Optional.of(new ForgettingRefusal.NotYetDestroyed(2));
        var early = server.send("GET", STORE + "/destruction-certificate");
        server.certificates.refusal = Optional.of(new ForgettingRefusal.NothingDestroyed());
        var nothing = server.send("GET", STORE + "/secrets/A/destruction-certificate");

        assertThat(early.status()).isEqualTo(409);
        assertThat(early.code()).isEqualTo("keys.not-yet-destroyed");
        assertThat(nothing.status()).isEqualTo(404);
    }
}
