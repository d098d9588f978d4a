package dev.sealbox.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import dev.sealbox.client.StoreUpdate;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The Java client and this API understand each other. */
class ClientTest {
    private static TestServer server;
    private static SealboxClient client;

    @BeforeAll
    static void start() {
        server = new TestServer();
        client = SealboxClient.builder()
                .baseUrl("http://127.0.0.1:" + server.port())
                .apiKey(TestServer.KEY)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Test
    void managesStores() {
        var stores = client.secretStores();

        var store = stores.create("from-java", List.of("*.example.com"));
        stores.setSecret(store.id(), "TOKEN", "value", List.of("api.example.com"));

        assertThat(stores.get(store.id())).isEqualTo(store);
        assertThat(stores.list()).contains(store);
        assertThat(stores.listSecrets(store.id())).singleElement().satisfies(secret -> {
            assertThat(secret.name()).isEqualTo("TOKEN");
            assertThat(secret.allowedHosts()).containsExactly("api.example.com");
        });
        assertThat(stores.update(store.id(), StoreUpdate.nothing().name("renamed"))
                        .name())
                .isEqualTo("renamed");
        stores.deleteSecret(store.id(), "TOKEN");
        stores.deleteSecret(store.id(), "TOKEN");
        stores.delete(store.id());
        assertThatThrownBy(() -> stores.get(store.id())).isInstanceOfSatisfying(ApiException.class, e -> {
            assertThat(e.status()).isEqualTo(404);
            assertThat(e.code()).isEqualTo("store.not-found");
            assertThat(UUID.fromString(e.requestId())).isNotNull();
        });
    }

    @Test
    void usesASandbox() {
        try (var sandbox = Sandbox.create(client, SandboxOptions.defaults().memoryMB(1024))) {
            assertThat(sandbox.isRunning()).isTrue();
            assertThat(sandbox.info().memoryMB()).isEqualTo(1024);
            assertThat(sandbox.commands().run("echo hi").stdout()).isEqualTo("sh -c echo hi");
            assertThat(sandbox.allowedHosts().secretStore()).isEqualTo("top-store");
            assertThat(Sandbox.list(client))
                    .extracting(info -> info.sandboxID())
                    .contains(sandbox.id());
        }
    }

    @Test
    void movesFiles() {
        var files = Sandbox.create(client, SandboxOptions.defaults()).files();

        files.write("/tmp/a b+c/\u00fc", "text");
        files.write("/tmp/s", () -> new ByteArrayInputStream(new byte[1_000_000]));

        assertThat(files.read("/tmp/a b+c/\u00fc")).isEqualTo("text");
        assertThat(files.readBytes("/tmp/s")).hasSize(1_000_000);
        assertThat(files.exists("/tmp/s")).isTrue();
        var link = files.downloadUrl("/tmp/s", Duration.ofMinutes(1));
        assertThat(link.url().getPath()).endsWith("/files/download");
        assertThat(Instant.parse(link.expiresAt())).isAfter(Instant.now());
        assertThat(link.toString()).doesNotContain("signature");
        assertThat(files.uploadUrl("/tmp/s", Duration.ofMinutes(1)).url().getPath())
                .endsWith("/files/upload");
        assertThat(files.list("/tmp")).extracting(file -> file.path()).contains("/tmp/s");
        files.makeDir("/tmp/d");
        files.remove("/tmp/s");
        assertThat(files.exists("/tmp/s")).isFalse();
    }

    @Test
    void forks() {
        var sandbox = Sandbox.create(client, SandboxOptions.defaults());

        var checkpoint = sandbox.createCheckpoint("before");
        var fork = Sandbox.createFromCheckpoint(
                client, checkpoint.id(), ForkOptions.defaults().secretStore("second"));

        assertThat(sandbox.listCheckpoints()).contains(checkpoint);
        assertThatThrownBy(() -> sandbox.awaitCheckpoint(checkpoint.id(), Duration.ZERO))
                .hasMessageContaining("not ready");
        assertThat(fork.id()).isNotEqualTo(sandbox.id());
        sandbox.deleteCheckpoint(checkpoint.id());
        sandbox.deleteCheckpoint(checkpoint.id());
    }

    @Test
    void asksTheLog() {
        var log = client.auditAnswers();

        assertThat(log.replay("sb-0123456789abcdef", "2026-01-02T00:00:00+01:00")
                        .sequence())
                .isEqualTo(3);
        assertThat(log.compare("sb-0123456789abcdef", "1", "2").changes())
                .singleElement()
                .satisfies(change -> assertThat(change.path()).isEqualTo("/stage"));
        var who = log.whoCould("TOKEN", "api.example.com", FakeAnswers.FIRST);
        assertThat(who.sandboxes()).singleElement().satisfies(found -> {
            assertThat(found.secret().givenBy().entity()).startsWith("secret-store:");
            assertThat(found.layers()).hasSize(1);
        });
        assertThat(log.whoCould("TOKEN", "api.example.com", FakeAnswers.FIRST, Optional.ofNullable(who.next()))
                        .complete())
                .isTrue();
    }
}
