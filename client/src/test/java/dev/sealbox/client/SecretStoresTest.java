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
             "createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-02T00:00:00Z","maxVersions":10,"later":1}""";

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
                        "4a8e",
                        "acme",
                        "git",
                        List.of("git.test"),
                        "2026-01-01T00:00:00Z",
                        "2026-01-02T00:00:00Z",
                        10,
                        List.of()));
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
        server.reply(
                200, "{\"name\":\"T\",\"status\":\"set\",\"version\":\"3\",\"refreshed\":\"1\",\"warning\":\"short\"}");

        assertThat(stores.setSecret("4a8e", "T", "v\"1", List.of("git.test")))
                .isEqualTo(new SecretChange(3, 1, 0, Optional.of("short")));

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
                "[{\"id\":\"e1\",\"storeId\":\"4a8e\",\"name\":\"T\",\"allowedHosts\":[],\"locations\":[\"headers\"],\"version\":2,\"versionState\":\"disabled\",\"enabled\":true,\"createdAt\":\"a\",\"updatedAt\":\"b\"}]");

        assertThat(stores.listSecrets("4a8e"))
                .containsExactly(new SecretEntry(
                        "e1", "4a8e", "T", List.of(), List.of("headers"), 2, "disabled", true, "a", "b"));
        assertThat(server.last()).isEqualTo(bare("GET", "/api/secret-stores/4a8e/secrets"));
    }

    @Test
    void changesASecretsVersions() {
        var secret = "/api/secret-stores/4a8e/secrets/T";
        var changed =
                "{\"name\":\"T\",\"status\":\"set\",\"version\":\"3\",\"refreshed\":\"2\",\"refreshErrors\":\"sb-0000000000000001\"}";
        for (var i = 0; i < 9; i++) {
            server.reply(200, changed);
        }

        assertThat(stores.setSecretIf("4a8e", "T", "v", List.of(), 2))
                .isEqualTo(new SecretChange(3, 2, 1, Optional.empty()));
        assertThat(server.last()).isEqualTo(json("PUT", secret, "{\"value\":\"v\",\"allowedHosts\":[],\"cas\":2}"));
        stores.changeHosts("4a8e", "T", List.of("git.test"));
        assertThat(server.last()).isEqualTo(json("PATCH", secret, "{\"allowedHosts\":[\"git.test\"]}"));
        stores.changeLocations("4a8e", "T", List.of("headers"));
        assertThat(server.last()).isEqualTo(json("PUT", secret + "/locations", "{\"locations\":[\"headers\"]}"));
        stores.rollBack("4a8e", "T", 1);
        assertThat(server.last()).isEqualTo(json("POST", secret + "/rollback", "{\"version\":1}"));
        stores.disable("4a8e", "T");
        assertThat(server.last()).isEqualTo(json("POST", secret + "/disable", "{}"));
        stores.enable("4a8e", "T");
        assertThat(server.last()).isEqualTo(json("POST", secret + "/enable", "{}"));
        stores.disableVersion("4a8e", "T", 2);
        assertThat(server.last()).isEqualTo(json("POST", secret + "/versions/2/disable", "{}"));
        stores.enableVersion("4a8e", "T", 2);
        assertThat(server.last()).isEqualTo(json("POST", secret + "/versions/2/enable", "{}"));
        stores.destroyVersion("4a8e", "T", 2);
        assertThat(server.last()).isEqualTo(json("POST", secret + "/versions/2/destroy", "{}"));
    }

    @Test
    void listsVersions() {
        server.reply(
                200,
                "[{\"version\":2,\"state\":\"enabled\",\"current\":true,\"createdAt\":\"a\",\"createdBy\":\"key-1\",\"requestId\":\"r\","
                        + "\"allowedHosts\":[\"h.test\"],\"restoredFrom\":1},"
                        + "{\"version\":1,\"state\":\"destroyed\",\"current\":false,\"createdAt\":\"a\",\"allowedHosts\":[]}]");

        assertThat(stores.listVersions("4a8e", "T"))
                .containsExactly(
                        new SecretVersion(2, "enabled", true, "a", "key-1", "r", List.of("h.test"), 1),
                        new SecretVersion(1, "destroyed", false, "a", null, null, List.of(), null));
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
