package dev.sealbox.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseSettings;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.SealedNotary;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process, with master keys that it cannot work with. */
class RefusedStartIT {
    private static final String SOURCE = "SEALBOX_MASTER_KEY_SOURCE";
    private static final String FILE = "SEALBOX_MASTER_KEY_FILE";

    @TempDir
    private static Path folder;

    private static Path right;

    /** What a process said and how it ended. */
    private record Ended(int status, String out, String err) {}

    @BeforeAll
    static void encryptSomething() {
        right = folder.resolve("right.json");
        var settings =
                new DatabaseSettings(Optional.empty(), folder.resolve("data/postgres"), 2, 2, Duration.ofSeconds(60));
        try (var database = Database.open(settings)) {
            SealedNotary.open(database, MasterKeys.open(right, database));
        }
    }

    private static Ended serve(Map<String, String> environment) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var builder = new ProcessBuilder(
                java,
                "-Dsealbox.persistence.master-keys.vault.start-patience=1s",
                "-Dsealbox.http.port=0",
                "-cp",
                classes,
                Main.class.getName(),
                "serve");
        var all =
                new HashMap<>(Map.of("SEALBOX_DATA_DIR", folder.resolve("data").toString(), FILE, right.toString()));
        all.putAll(environment);
        builder.environment().putAll(all);
        var err = Files.createTempFile(folder, "err", null);
        var process = builder.redirectError(err.toFile()).start();
        try {
            var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Ended(process.exitValue(), out, Files.readString(err));
        } finally {
            process.destroyForcibly();
        }
    }

    private static void isRefused(Map<String, String> environment, String reason)
            throws IOException, InterruptedException {
        var ended = serve(environment);

        assertThat(ended.status()).as(ended.err()).isEqualTo(1);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err().lines().filter(line -> line.startsWith("sealbox: ")))
                .singleElement()
                .asString()
                .contains(reason);
        assertThat(ended.err().lines().toList().getLast()).startsWith("sealbox: ");
        assertThat(ended.err()).doesNotContain("\tat ").doesNotContain("hush");
    }

    private static Path file(String name, String text, String permissions) throws IOException {
        var file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void byAMissingOrWrongOrUnreadableFile() throws Exception {
        isRefused(Map.of(FILE, folder.resolve("none.json").toString()), "none.json is missing");
        isRefused(Map.of(FILE, file("text.json", "hush", "rw-------").toString()), "text.json cannot be used");
        isRefused(Map.of(FILE, folder.toString()), "cannot be read");
        isRefused(
                Map.of(
                        FILE,
                        file("open.json", Files.readString(right), "rw-r--r--").toString()),
                "open.json is open to other users (rw-r--r--)");
    }

    @Test
    void byAKeySetOfAnotherDatabase() throws Exception {
        var other = folder.resolve("foreign.json");
        var settings = new DatabaseSettings(
                Optional.empty(), folder.resolve("foreign/postgres"), 2, 2, Duration.ofSeconds(60));
        try (var database = Database.open(settings)) {
            MasterKeys.open(other, database);
        }

        isRefused(Map.of(FILE, other.toString()), "is not the one that the database was encrypted under");
        isRefused(
                Map.of(SOURCE, "environment", "SEALBOX_MASTER_KEYS", Files.readString(other)),
                "SEALBOX_MASTER_KEYS is not the one");
    }

    @Test
    void byAnEnvironmentWithoutAKeySet() throws Exception {
        isRefused(Map.of(SOURCE, "environment"), "SEALBOX_MASTER_KEYS is not set");
        isRefused(
                Map.of(SOURCE, "environment", "SEALBOX_MASTER_KEYS", "{\"hush\": 1}"),
                "SEALBOX_MASTER_KEYS cannot be used");
        isRefused(Map.of(SOURCE, "elsewhere"), "\"elsewhere\", not one of file, environment, vault-transit");
    }

    @Test
    void byAKeyManagementServiceThatDeniesOrDoesNotAnswer() throws Exception {
        var sealed = file("sealed.json", "{\"encryptedKeyset\": \"dmF1bHQ6djE6QUFBQQ==\"}", "rw-------");
        // Nobody listens there, and nobody who is not root could meanwhile.
        var free = 1;
        var vault = Map.of(SOURCE, "vault-transit", FILE, sealed.toString(), "SEALBOX_VAULT_KEY", "sealbox");
        isRefused(vault, "vault.address");
        isRefused(with(vault, "SEALBOX_VAULT_ADDR", "http://vault.example:8200"), "must begin with https://");
        isRefused(
                with(vault, "SEALBOX_VAULT_ADDR", "http://127.0.0.1:" + free), "127.0.0.1:" + free + " needs a token");
        var known = with(vault, "SEALBOX_VAULT_TOKEN", "hush-a-token");
        isRefused(with(known, "SEALBOX_VAULT_ADDR", "http://127.0.0.1:" + free), "does not answer");

        var denying = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        denying.createContext("/", exchange -> {
            var body = "{\"errors\":[\"permission denied\"]}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(403, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        denying.start();
        try {
            var address = "http://127.0.0.1:" + denying.getAddress().getPort();
            isRefused(with(known, "SEALBOX_VAULT_ADDR", address), "403 permission denied");
        } finally {
            denying.stop(0);
        }
    }

    private static Map<String, String> with(Map<String, String> environment, String name, String value) {
        var all = new HashMap<>(environment);
        all.put(name, value);
        return all;
    }
}
