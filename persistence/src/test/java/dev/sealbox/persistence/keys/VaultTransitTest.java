package dev.sealbox.persistence.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.KmsClient;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against {@link TransitServer}, a local server of the documented protocol, not against a real Vault or OpenBao. */
class VaultTransitTest {
    private static final byte[] VALUE = "what is to be kept".getBytes(StandardCharsets.UTF_8);
    private static final byte[] CONTEXT = "its place".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private TransitServer server = new TransitServer();

    @BeforeEach
    void start() {
        server.create("sealbox");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private VaultTransit transit(Map<String, String> chosen) {
        return transit(chosen, Map.of("SEALBOX_VAULT_TOKEN", TransitServer.TOKEN));
    }

    private VaultTransit transit(Map<String, String> chosen, Map<String, String> environment) {
        var settings = ConfigFactory.parseMap(chosen)
                .withFallback(ConfigFactory.parseMap(Map.of("address", server.address(), "key", "sealbox")))
                .withFallback(ConfigFactory.parseResources("reference.conf")
                        .resolve()
                        .getConfig("sealbox.persistence.master-keys.vault"));
        var vault = VaultSettings.from(settings);
        return (VaultTransit) new VaultTransitClient(vault, environment::get).getAead(VaultTransitClient.uri(vault));
    }

    @Test
    void opensWhatItSealedAlsoAfterTheServersKeyWasRotated() {
        var transit = transit(Map.of());
        var sealed = transit.encrypt(VALUE, CONTEXT);
        server.rotate("sealbox");

        assertThat(new String(sealed, StandardCharsets.UTF_8)).startsWith("vault:v1:");
        assertThat(transit.decrypt(sealed, CONTEXT)).isEqualTo(VALUE);
        assertThat(new String(transit.encrypt(VALUE, CONTEXT), StandardCharsets.UTF_8))
                .startsWith("vault:v2:");

        server.minDecryptionVersion("sealbox", 2);
        assertThatThrownBy(() -> transit.decrypt(sealed, CONTEXT))
                .isInstanceOf(KeyFailure.class)
                .hasMessageContaining("400 ciphertext or signature version is disallowed by policy (too old)");
    }

    @Test
    void opensNothingInAnotherContextOrWithAnotherKey() {
        var sealed = transit(Map.of()).encrypt(VALUE, CONTEXT);
        server.create("another");

        assertThatThrownBy(() -> transit(Map.of()).decrypt(sealed, VALUE)).isInstanceOf(KeyFailure.class);
        assertThatThrownBy(() -> transit(Map.of("key", "another")).decrypt(sealed, CONTEXT))
                .isInstanceOf(KeyFailure.class)
                .hasMessageContaining("message authentication failed");
        assertThatThrownBy(() -> transit(Map.of("key", "none")).decrypt(sealed, CONTEXT))
                .isInstanceOf(KeyFailure.class)
                .hasMessageContaining("encryption key not found");
        assertThatThrownBy(() -> transit(Map.of()).decrypt(VALUE, CONTEXT)).isInstanceOf(KeyFailure.class);
    }

    @Test
    void tellsADenialFromAServerThatMayComeBack() {
        var transit = transit(Map.of());
        server.acceptedToken = "another";
        assertThatThrownBy(() -> transit.encrypt(VALUE, CONTEXT))
                .isInstanceOf(KeyFailure.class)
                .hasMessageContaining("403 permission denied")
                .hasMessageNotContaining(TransitServer.TOKEN)
                .hasMessageNotContaining("\n");
        server.acceptedToken = TransitServer.TOKEN;

        server.sealed = true;
        assertThatThrownBy(() -> transit.encrypt(VALUE, CONTEXT))
                .isInstanceOf(KeySourceUnavailable.class)
                .hasMessageContaining("503 Vault is sealed");
        server.close();
        assertThatThrownBy(() -> transit.encrypt(VALUE, CONTEXT))
                .isInstanceOf(KeySourceUnavailable.class)
                .hasMessageContaining("does not answer");
    }

    @Test
    void readsTheTokenFileAtEachUse() throws IOException {
        var file = Files.writeString(folder.resolve("token"), "an old one\n");
        var transit = transit(Map.of("token-file", file.toString()), Map.of());

        assertThatThrownBy(() -> transit.encrypt(VALUE, CONTEXT)).hasMessageContaining("403");
        Files.writeString(file, TransitServer.TOKEN + "\n");
        assertThat(transit.encrypt(VALUE, CONTEXT)).isNotEmpty();
        Files.delete(file);
        assertThatThrownBy(() -> transit.encrypt(VALUE, CONTEXT))
                .isInstanceOf(KeyFailure.class)
                .hasMessageContaining("token file");
        assertThatThrownBy(() -> transit(Map.of(), Map.of()).encrypt(VALUE, CONTEXT))
                .isInstanceOf(KeyFailure.class)
                .hasMessageContaining("SEALBOX_VAULT_TOKEN");
        assertThatThrownBy(() -> transit(Map.of(), Map.of("SEALBOX_VAULT_TOKEN", "a\u0001b"))
                        .encrypt(VALUE, CONTEXT))
                .isInstanceOf(KeyFailure.class)
                .hasMessageNotContaining("a\u0001b");
    }

    @Test
    void saysWhichNamespaceItMeans() {
        server.namespace = Optional.of("team-a");

        assertThat(transit(Map.of("namespace", "team-a")).encrypt(VALUE, CONTEXT))
                .isNotEmpty();
        assertThatThrownBy(() -> transit(Map.of()).encrypt(VALUE, CONTEXT)).hasMessageContaining("404");
    }

    @Test
    void asksAgainAtTheStartUntilTheServerIsUnsealed() {
        server.sealed = true;
        var transit = transit(Map.of());
        var unsealed = Thread.ofVirtual().start(() -> {
            while (server.requests.get() < 2) {
                LockSupport.parkNanos(1_000_000);
            }
            server.sealed = false;
        });

        assertThat(Backoff.until(Duration.ofSeconds(30), () -> transit.encrypt(VALUE, CONTEXT)))
                .isNotEmpty();
        assertThat(unsealed.isInterrupted()).isFalse();
        server.sealed = true;
        assertThatThrownBy(() -> Backoff.until(Duration.ofMillis(300), () -> transit.encrypt(VALUE, CONTEXT)))
                .isInstanceOf(KeySourceUnavailable.class);
    }

    @Test
    void isReachedOverTlsByTheNamedAuthorityOnly() throws Exception {
        server.close();
        var store = certificate(folder.resolve("server.p12"));
        var pem = folder.resolve("ca.pem");
        server = new TransitServer(0, Optional.of(store));
        server.create("sealbox");

        assertThat(transit(Map.of("ca-file", pem.toString())).encrypt(VALUE, CONTEXT))
                .isNotEmpty();
        assertThatThrownBy(() -> transit(Map.of()).encrypt(VALUE, CONTEXT)).isInstanceOf(KeySourceUnavailable.class);
        assertThatThrownBy(() -> transit(Map.of(
                        "ca-file", Files.createFile(folder.resolve("empty")).toString())))
                .isInstanceOf(KeyFailure.class)
                .hasMessageContaining("holds no certificate");
    }

    /** A certificate for 127.0.0.1 that signs itself, made by the JDK's own tool. */
    private SSLContext certificate(Path file) throws IOException, InterruptedException, GeneralSecurityException {
        var password = "changeit";
        keytool(
                "-genkeypair",
                "-alias",
                "s",
                "-keyalg",
                "EC",
                "-dname",
                "CN=transit",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                password);
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "s",
                "-keystore",
                file.toString(),
                "-storepass",
                password,
                "-file",
                folder.resolve("ca.pem").toString());
        var store = KeyStore.getInstance(file.toFile(), password.toCharArray());
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password.toCharArray());
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(arguments));
        command.add(
                0, Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    @Test
    void sendsKeysOverNoOpenNetwork() {
        for (var address : List.of("http://vault.example", "ftp://vault.example", "vault", "https://", "", " ")) {
            assertThatThrownBy(() -> transit(Map.of("address", address)))
                    .as(address)
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining("sealbox.persistence.master-keys.vault.address");
        }
        assertThatThrownBy(() -> transit(Map.of("key", ""))).hasMessageContaining("vault.key is not set");
    }

    @Test
    void answersTinksQuestions() throws GeneralSecurityException, IOException {
        var vault = VaultSettings.from(ConfigFactory.parseMap(Map.of("address", server.address(), "key", "sealbox"))
                .withFallback(ConfigFactory.parseResources("reference.conf")
                        .resolve()
                        .getConfig("sealbox.persistence.master-keys.vault")));
        KmsClient client = new VaultTransitClient(vault, variable -> null);
        var file = Files.writeString(folder.resolve("token"), TransitServer.TOKEN);

        assertThat(client.doesSupport("vault-transit://transit/sealbox")).isTrue();
        assertThat(Stream.of("vault-transit://sealbox", "aws-kms://a/b", "")
                        .filter(client::doesSupport)
                        .collect(Collectors.toList()))
                .isEmpty();
        assertThat(client.withCredentials(file.toString())
                        .getAead("vault-transit://transit/sealbox")
                        .encrypt(VALUE, CONTEXT))
                .isNotEmpty();
    }
}
