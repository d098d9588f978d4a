package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.refused;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.PathPrefix;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretChanged;
import dev.sealbox.domain.store.SecretVersion.State;
import dev.sealbox.domain.store.SecretVersions;
import dev.sealbox.domain.store.StoreRefusal.NoSuchSecret;
import dev.sealbox.domain.store.StoreRefusal.NoSuchStore;
import dev.sealbox.domain.store.StoreRefusal.NoSuchVersion;
import dev.sealbox.domain.store.StoreRefusal.VersionDestroyed;
import dev.sealbox.domain.store.StoreRefusal.VersionDisabled;
import dev.sealbox.domain.store.StoreRefusal.VersionMismatch;
import dev.sealbox.domain.store.VersionLimit;
import dev.sealbox.domain.store.VersionSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionsIT {
    private static final SecretName TOKEN = new SecretName("TOKEN");
    private static final RememberedHosts HOSTS = new RememberedHosts();
    private static final List<HostPattern> GITHUB = HostPattern.parseAll(List.of("github.com"));

    @TempDir
    private static Path folder;

    private static TestNode node;
    private final Origin origin =
            new Origin(new OrganizationId("org-" + UUID.randomUUID()), "key-1", "127.0.0.1", "request-1");

    @BeforeAll
    static void start() {
        node = TestNode.start(
                TestDatabase.fresh(),
                folder.resolve("master.json"),
                HOSTS,
                "sealbox.persistence { max-versions = 3, snapshot-every = 5 }");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static SecretVersions versions() {
        return node.persistence.versions();
    }

    private StoreId store(String name) {
        return done(node.persistence.stores().create(origin, new StoreName(name), List.of()))
                .id();
    }

    private SecretChanged set(StoreId store, String value, Integer... cas) {
        return done(setting(store, value, cas));
    }

    private CompletionStage<Outcome<SecretChanged>> setting(StoreId store, String value, Integer... cas) {
        return node.persistence
                .stores()
                .set(
                        origin,
                        store,
                        TOKEN,
                        Plaintext.of(value),
                        List.of(),
                        List.of(cas).stream().findFirst());
    }

    private SandboxId sandbox(String store) {
        return done(node.persistence
                        .sandboxes()
                        .create(
                                origin,
                                new NewSandbox(
                                        "base",
                                        Optional.of(new StoreName(store)),
                                        new Limits(1, 1024, 20480),
                                        0,
                                        Map.of(),
                                        Map.of())))
                .id();
    }

    private static Map<SecretName, String> seenBy(SandboxId sandbox) {
        return Optional.ofNullable(HOSTS.values.get(sandbox)).orElseThrow();
    }

    private static long dataKeys() {
        return node.database.now("count", connection -> {
            try (var query = connection.prepareStatement("SELECT count(*) FROM data_key");
                    var rows = query.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }

    @Test
    void areKeptUpToTheLimitAndTheRestIsDestroyed() {
        var before = dataKeys();
        var store = store("kept");
        for (var version = 1; version <= 5; version++) {
            assertThat(set(store, "value-" + version)).isEqualTo(new SecretChanged(version, Refreshed.NOBODY, true));
        }

        assertThat(dataKeys()).isEqualTo(before + 3);
        assertThat(done(versions().list(origin, store, TOKEN)))
                .extracting(
                        VersionSummary::version,
                        VersionSummary::state,
                        VersionSummary::current,
                        VersionSummary::createdBy,
                        VersionSummary::requestId)
                .containsExactly(
                        Tuple.tuple(5, State.ENABLED, true, "key-1", "request-1"),
                        Tuple.tuple(4, State.ENABLED, false, "key-1", "request-1"),
                        Tuple.tuple(3, State.ENABLED, false, "key-1", "request-1"));
        assertThat(refused(versions().rollBack(origin, store, TOKEN, 2, Optional.empty())))
                .isEqualTo(new NoSuchVersion(TOKEN, 2));

        assertThat(done(versions().limit(origin, store, new VersionLimit(2))).maxVersions())
                .isEqualTo(2);
        assertThat(dataKeys()).isEqualTo(before + 2);
        assertThat(done(versions().limit(origin, store, new VersionLimit(4))).maxVersions())
                .isEqualTo(4);
        set(store, "value-6");
        assertThat(dataKeys()).isEqualTo(before + 3);

        done(versions().destroy(origin, store, TOKEN, 6));
        done(versions().destroy(origin, store, TOKEN, 6));
        assertThat(dataKeys()).isEqualTo(before + 2);
        done(node.persistence.stores().deleteSecret(origin, store, TOKEN));
        assertThat(dataKeys()).isEqualTo(before);
        assertThat(set(store, "value-7", 0).version()).isEqualTo(7);
        done(node.persistence.stores().delete(origin, store));
        assertThat(dataKeys()).isEqualTo(before);
    }

    @Test
    void haveOneWinnerAmongThoseWhoExpectTheSame() {
        var before = dataKeys();
        var store = store("raced");
        set(store, "first", 0);

        for (var round = 1; round <= 5; round++) {
            var expected = round;
            var asked = IntStream.range(0, 12)
                    .mapToObj(i -> setting(store, "round-" + expected + "-" + i, expected))
                    .toList();
            var outcomes = asked.stream().map(Told::told).toList();

            assertThat(outcomes)
                    .filteredOn(Outcome.Done.class::isInstance)
                    .containsExactly(Outcome.done(new SecretChanged(expected + 1, Refreshed.NOBODY, true)));
            assertThat(outcomes)
                    .filteredOn(Outcome.Refused.class::isInstance)
                    .hasSize(11)
                    .containsOnly(Outcome.refused(new VersionMismatch(TOKEN, expected, expected + 1)));
        }
        // Each loser's freshly made data key is gone again.
        assertThat(dataKeys()).isEqualTo(before + 3);
    }

    @Test
    void answerEachChangeWithItsOwnNumber() {
        var store = store("busy");
        var asked = IntStream.range(0, 20)
                .mapToObj(i -> setting(store, "value-" + i))
                .toList();

        assertThat(asked.stream().map(Told::done).map(SecretChanged::version))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 20).boxed().toList());
    }

    @Test
    void comeBackInRunningSandboxesAndOutliveTheVersionThatTheyCameFrom() {
        var store = store("back");
        set(store, "value-one");
        var sandbox = sandbox("back");
        assertThat(set(store, "value-two").refreshed()).isEqualTo(new Refreshed(1, List.of()));
        assertThat(seenBy(sandbox)).containsEntry(TOKEN, "value-two");

        assertThat(done(versions().rollBack(origin, store, TOKEN, 1, Optional.of(2))))
                .isEqualTo(new SecretChanged(3, new Refreshed(1, List.of()), true));
        assertThat(seenBy(sandbox)).containsEntry(TOKEN, "value-one");
        assertThat(done(versions().list(origin, store, TOKEN)).getFirst().restoredFrom())
                .contains(1);

        done(versions().destroy(origin, store, TOKEN, 1));
        var fresh = sandbox("back");
        assertThat(seenBy(fresh)).containsEntry(TOKEN, "value-one");
    }

    @Test
    void areRefusedARollbackThatCannotBeAndLeaveNoKeyBehind() {
        var store = store("refused");
        set(store, "value-one");
        set(store, "value-two");
        set(store, "value-three");
        done(versions().switchVersion(origin, store, TOKEN, 1, false));
        done(versions().destroy(origin, store, TOKEN, 2));
        var before = dataKeys();

        assertThat(refused(versions().rollBack(origin, store, TOKEN, 1, Optional.empty())))
                .isEqualTo(new VersionDisabled(TOKEN, 1));
        assertThat(refused(versions().rollBack(origin, store, TOKEN, 2, Optional.empty())))
                .isEqualTo(new VersionDestroyed(TOKEN, 2));
        assertThat(refused(versions().rollBack(origin, store, TOKEN, 3, Optional.of(1))))
                .isEqualTo(new VersionMismatch(TOKEN, 1, 3));
        assertThat(refused(versions().rollBack(origin, store, new SecretName("NONE"), 3, Optional.of(1))))
                .isEqualTo(new NoSuchSecret(new SecretName("NONE")));
        assertThat(dataKeys()).isEqualTo(before);
    }

    @Test
    void areTakenFromSandboxesAndGivenBack() {
        var store = store("switched");
        set(store, "value-one");
        var running = sandbox("switched");

        assertThat(done(versions().switchSecret(origin, store, TOKEN, false)).refreshed())
                .isEqualTo(new Refreshed(1, List.of()));
        assertThat(seenBy(running)).isEmpty();
        assertThat(HOSTS.policy(running).grants()).isEmpty();
        assertThat(HOSTS.policy(running).tokens()).containsValue(TOKEN);
        var startedMeanwhile = sandbox("switched");
        assertThat(seenBy(startedMeanwhile)).isEmpty();

        done(versions().switchSecret(origin, store, TOKEN, true));
        assertThat(seenBy(running)).containsEntry(TOKEN, "value-one");
        assertThat(seenBy(startedMeanwhile)).containsEntry(TOKEN, "value-one");
        assertThat(HOSTS.policy(startedMeanwhile).tokens()).containsValue(TOKEN).hasSize(1);

        done(versions().switchVersion(origin, store, TOKEN, 1, false));
        assertThat(seenBy(running)).isEmpty();
        set(store, "value-two");
        assertThat(seenBy(running)).containsEntry(TOKEN, "value-two");
        done(versions().destroy(origin, store, TOKEN, 2));
        assertThat(seenBy(running)).isEmpty();
        done(versions().switchVersion(origin, store, TOKEN, 1, true));
        done(versions().rollBack(origin, store, TOKEN, 1, Optional.empty()));
        assertThat(seenBy(running)).containsEntry(TOKEN, "value-one");
    }

    @Test
    void changeTheirHostsInRunningSandboxes() {
        var store = store("hosts");
        set(store, "value-one");
        var sandbox = sandbox("hosts");

        assertThat(done(versions().changeHosts(origin, store, TOKEN, GITHUB, Optional.of(1))))
                .isEqualTo(new SecretChanged(1, new Refreshed(1, List.of())));

        assertThat(HOSTS.policy(sandbox).grants())
                .hasEntrySatisfying(TOKEN, grant -> assertThat(grant.hosts()).isEqualTo(GITHUB));
        assertThat(done(versions().read(origin, store, TOKEN)).hosts()).isEqualTo(GITHUB);
    }

    @Test
    void changeTheirLocationsInRunningSandboxes() {
        var store = store("locations");
        set(store, "value-one");
        var sandbox = sandbox("locations");
        var headers = Locations.parse("headers");

        assertThat(done(versions().changeLocations(origin, store, TOKEN, headers)))
                .isEqualTo(new SecretChanged(1, new Refreshed(1, List.of()), true));
        set(store, "value-two");

        assertThat(HOSTS.policy(sandbox).grants())
                .hasEntrySatisfying(
                        TOKEN, grant -> assertThat(grant.locations()).isEqualTo(headers));
        assertThat(done(versions().read(origin, store, TOKEN)).locations()).isEqualTo(headers);
        assertThat(seenBy(sandbox)).containsEntry(TOKEN, "value-two");
    }

    @Test
    void changeTheirRulesInRunningSandboxes() {
        var store = store("rules");
        set(store, "value-one");
        var sandbox = sandbox("rules");
        var rules = List.of(new UseRule(
                UseRule.Effect.ALLOW, GITHUB, List.of("GET"), List.of(new PathPrefix("/repos/")), List.of(443)));

        assertThat(done(versions().changeRules(origin, store, TOKEN, rules)))
                .isEqualTo(new SecretChanged(1, new Refreshed(1, List.of()), true));
        set(store, "value-two");

        assertThat(HOSTS.policy(sandbox).grants())
                .hasEntrySatisfying(TOKEN, grant -> assertThat(grant.rules()).isEqualTo(rules));
        assertThat(done(versions().read(origin, store, TOKEN)).rules()).isEqualTo(rules);
    }

    @Test
    void doNotExistForOtherOrganisations() {
        var store = store("mine");
        set(store, "value-one");
        var other = Origin.system(new OrganizationId("other-" + UUID.randomUUID()));

        assertThat(refused(versions().read(other, store, TOKEN))).isEqualTo(new NoSuchStore());
        assertThat(refused(versions().list(other, store, TOKEN))).isEqualTo(new NoSuchStore());
        assertThat(refused(versions().rollBack(other, store, TOKEN, 1, Optional.empty())))
                .isEqualTo(new NoSuchStore());
        assertThat(refused(versions().changeHosts(other, store, TOKEN, GITHUB, Optional.empty())))
                .isEqualTo(new NoSuchStore());
        assertThat(refused(versions().changeLocations(other, store, TOKEN, Locations.ALL)))
                .isEqualTo(new NoSuchStore());
        assertThat(refused(versions().changeRules(other, store, TOKEN, List.of())))
                .isEqualTo(new NoSuchStore());
        assertThat(refused(versions().switchSecret(other, store, TOKEN, false))).isEqualTo(new NoSuchStore());
        assertThat(refused(versions().switchVersion(other, store, TOKEN, 1, false)))
                .isEqualTo(new NoSuchStore());
        assertThat(refused(versions().destroy(other, store, TOKEN, 1))).isEqualTo(new NoSuchStore());
        assertThat(refused(versions().limit(other, store, new VersionLimit(1)))).isEqualTo(new NoSuchStore());
        assertThat(told(versions().list(origin, store, TOKEN))).isInstanceOf(Outcome.Done.class);
    }
}
