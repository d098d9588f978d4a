package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.ApiKeys;
import dev.sealbox.domain.sandbox.Claim;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.database.DatabaseUnavailable;
import dev.sealbox.persistence.keys.KeyFailure;
import dev.sealbox.persistence.keys.MasterKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node is killed in the middle of its work, its database left behind, and another one takes over. */
class RestartIT {
    static final Origin ORIGIN = new Origin(new OrganizationId("default"), "key-1", "127.0.0.1", "request-1");
    static final String API_KEY = "osb_an_api_key_that_must_work_again";
    static final String SECRET = "a-plaintext-that-must-not-be-found-anywhere";

    @TempDir
    private Path folder;

    static NewSandbox wanted(String store) {
        return new NewSandbox(
                "base", Optional.of(new StoreName(store)), new Limits(1, 1024, 20480), 0, Map.of(), Map.of());
    }

    @Test
    void findsEverythingAsItWasAndFinishesWhatWasUnderWay() throws Exception {
        var said = KilledProcess.run(CrashingNode.class, folder, Duration.ZERO);
        var store = StoreId.parse(said[1]);
        var running = new SandboxId(said[2]);
        var stopping = new SandboxId(said[3]);
        var hosts = new RememberedHosts();

        try (var node = start(hosts)) {
            told(node.persistence.recover());

            assertThat(told(node.persistence.apiKeys().authenticate(API_KEY))).isInstanceOf(ApiKeys.Holder.class);
            assertThat(told(node.persistence.stores().list(ORIGIN)))
                    .extracting(StoreSummary::id)
                    .containsExactly(store);
            assertThat(done(node.persistence.sandboxes().read(ORIGIN, running)).status())
                    .isEqualTo("running");
            eventually("the interrupted start is finished", () -> hosts.started.size() == 1);
            eventually(
                    "the interrupted stop is finished",
                    () -> told(node.persistence.sandboxes().list(ORIGIN)).size() == 2);
            assertThat(done(node.persistence.sandboxes().read(ORIGIN, stopping)).status())
                    .isEqualTo("stopped");

            var claim = (Claim.Runs) told(node.registrar.claim(RememberedHosts.HERE, running));
            told(hosts.adopt(claim.policy()));
            assertThat(hosts.values.get(running)).containsValue(SECRET);
            done(node.persistence
                    .stores()
                    .set(ORIGIN, store, new SecretName("GIT_TOKEN"), Plaintext.of(SECRET + "-2"), List.of()));
            assertThat(hosts.values.get(running)).containsValue(SECRET + "-2");
            assertThat(rawDump(node.database)).contains("store.secret-set.1").doesNotContain(SECRET);
        }
        assertThat(filesHolding(SECRET)).isEmpty();
    }

    @Test
    void isRefusedWithoutTheRightMasterKey() throws IOException {
        var master = folder.resolve("master.json");
        try (var node = start(new RememberedHosts())) {
            var store = done(node.persistence.stores().create(ORIGIN, new StoreName("creds"), List.of()));
            done(node.persistence
                    .stores()
                    .set(ORIGIN, store.id(), new SecretName("A"), Plaintext.of(SECRET), List.of()));
            assertThat(Files.getPosixFilePermissions(master)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThatThrownBy(() -> Database.open(TestNode.embedded(folder.resolve("postgres"))))
                    .isInstanceOf(DatabaseUnavailable.class)
                    .hasMessageContaining("another process uses the database folder");
        }

        var kept = Files.move(master, folder.resolve("kept.json"));
        try (var database = Database.open(TestNode.embedded(folder.resolve("postgres")))) {
            assertThatThrownBy(() -> MasterKeys.open(master, database))
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining("is missing")
                    .hasMessageContaining(master.toString());

            try (var other = Database.open(TestDatabase.fresh())) {
                MasterKeys.open(master, other);
            }
            assertThatThrownBy(() -> MasterKeys.open(master, database))
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining("is not the one");

            Files.writeString(master, "no key set at all");
            assertThatThrownBy(() -> MasterKeys.open(master, database))
                    .isInstanceOf(KeyFailure.class)
                    .hasMessageContaining("cannot be used");
            MasterKeys.open(kept, database);
        }
    }

    private TestNode start(RememberedHosts hosts) {
        return TestNode.start(TestNode.embedded(folder.resolve("postgres")), folder.resolve("master.json"), hosts, "");
    }

    private static String rawDump(Database database) {
        return Stream.of(
                        "SELECT concat_ws(' ', j.*, encode(event_payload, 'escape')) FROM event_journal j",
                        "SELECT concat_ws(' ', s.*, encode(snapshot_payload, 'escape')) FROM snapshot s",
                        "SELECT concat_ws(' ', k.*, encode(wrapped, 'escape')) FROM data_key k",
                        "SELECT concat_ws(' ', o.*) FROM api_key_owner o")
                .map(query -> database.now("dump", connection -> {
                    try (var statement = connection.prepareStatement(query);
                            var rows = statement.executeQuery()) {
                        var text = new StringBuilder();
                        while (rows.next()) {
                            text.append(rows.getString(1)).append('\n');
                        }
                        return text.toString();
                    }
                }))
                .reduce("", String::concat);
    }

    private List<Path> filesHolding(String text) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.startsWith(folder.resolve("postgres/bin")))
                    .filter(file -> holds(file, text))
                    .toList();
        }
    }

    private static boolean holds(Path file, String text) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }
}
