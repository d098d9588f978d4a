package dev.sealbox.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.client.RecordingServer.Asked;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SecretStoresTest {
    private static final String STORE = """
            {"id":"4a8e","orgId":"acme","name":"git","egressAllowlist":["git.test"],
             "createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-02T00:00:00Z","later":1}""";

    private RecordingServer server;
    private SealboxClient client;
    private SecretStores stores;

    @BeforeEach
    void start() throws IOException {
        server = new RecordingServer();
        client = SealboxClient.builder().baseUrl(server.url()).apiKey("osb_k").build();
        stores = client.secretStores();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private static Asked json(String method, String target, String body) {
        return new Asked(method, target, Optional.of("osb_k"), Optional.of("application/json"), body);
    }

    private static Asked bare(String method, String target) {
        return new Asked(method, target, Optional.of("osb_k"), Optional.empty(), "");
    }

    @Test
    void createsAStore() {
        server.reply(201, STORE);

        var store = stores.create("git", List.of("git.test"));

        assertThat(store)
                .isEqualTo(new SecretStore(
                        "4a8e", "acme", "git", List.of("git.test"), "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"));
        assertThat(server.last().method()).isEqualTo("POST");
        assertThat(server.last().target()).isEqualTo("/api/secret-stores");
        assertThat(server.last().body()).contains("\"name\":\"git\"", "\"egressAllowlist\":[\"git.test\"]");
    }

    @Test
    void listsAndReadsStores() {
        server.reply(200, "[" + STORE + "]").reply(200, STORE);

        assertThat(stores.list()).hasSize(1);
        assertThat(server.last()).isEqualTo(bare("GET", "/api/secret-stores"));
        assertThat(stores.get("4a8e").name()).isEqualTo("git");
        assertThat(server.last()).isEqualTo(bare("GET", "/api/secret-stores/4a8e"));
    }

    @Test
    void sendsOnlyWhatAnUpdateNames() {
        server.reply(200, STORE);

        stores.update("4a8e", StoreUpdate.nothing().egressAllowlist(List.of()));

        assertThat(server.last()).isEqualTo(json("PUT", "/api/secret-stores/4a8e", "{\"egressAllowlist\":[]}"));
    }

    @Test
    void setsASecretWithItsHosts() {
        server.reply(200, "{\"name\":\"T\",\"status\":\"set\",\"refreshed\":\"1\"}");

        stores.setSecret("4a8e", "T", "v\"1", List.of("git.test"));

        assertThat(server.last())
                .isEqualTo(json(
                        "PUT",
                        "/api/secret-stores/4a8e/secrets/T",
                        "{\"value\":\"v\\\"1\",\"allowedHosts\":[\"git.test\"]}"));
    }

    @Test
    void listsSecrets() {
        server.reply(
                200,
                "[{\"id\":\"e1\",\"storeId\":\"4a8e\",\"name\":\"T\",\"allowedHosts\":[],\"createdAt\":\"a\",\"updatedAt\":\"b\"}]");

        assertThat(stores.listSecrets("4a8e")).containsExactly(new SecretEntry("e1", "4a8e", "T", List.of(), "a", "b"));
        assertThat(server.last()).isEqualTo(bare("GET", "/api/secret-stores/4a8e/secrets"));
    }

    @Test
    void takesAnAbsentSecretForDeletedButNotAnAbsentStore() {
        server.reply(404, "{\"error\":\"secret not found: T\",\"code\":\"secret.not-found\"}")
                .reply(404, "{\"error\":\"secret store not found\",\"code\":\"store.not-found\"}")
                .reply(404, "{\"error\":\"secret store not found\",\"code\":\"store.not-found\"}");

        stores.deleteSecret("4a8e", "T");

        assertThat(server.last()).isEqualTo(bare("DELETE", "/api/secret-stores/4a8e/secrets/T"));
        assertThatThrownBy(() -> stores.deleteSecret("4a8e", "T")).isInstanceOf(ApiException.class);
        assertThatThrownBy(() -> stores.delete("4a8e")).isInstanceOf(ApiException.class);
    }

    @Test
    void tellsWhatTheServerSaid() {
        server.reply(409, "{\"error\":\"a secret store with this name exists: git\",\"code\":\"store.name-taken\"}");

        assertThatThrownBy(() -> stores.create("git")).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.status()).isEqualTo(409);
            assertThat(e.code()).isEqualTo("store.name-taken");
            assertThat(e).hasMessage("a secret store with this name exists: git");
            assertThat(e.requestId()).isEqualTo("request-7");
        });
    }

    @Test
    void tellsTheStatusOfAnAnswerThatIsNoJson() {
        server.reply(502, "<html>");

        assertThatThrownBy(() -> stores.list())
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status()).isEqualTo(502))
                .hasMessage("HTTP 502");
    }
}
