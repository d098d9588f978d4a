package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.refused;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.ApiKeys;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.domain.organization.OrganizationRefusal.NameTaken;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.Refreshed;
import dev.sealbox.domain.store.SecretChanged;
import dev.sealbox.domain.store.SecretStores;
import dev.sealbox.domain.store.SecretSummary;
import dev.sealbox.domain.store.SecretVersions;
import dev.sealbox.domain.store.StoreCommand;
import dev.sealbox.domain.store.StoreRefusal.NoSuchSecret;
import dev.sealbox.domain.store.StoreRefusal.NoSuchStore;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.domain.store.VersionLimit;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.EntitySettings;
import dev.sealbox.persistence.entity.OrganizationMessage;
import dev.sealbox.persistence.entity.OrganizationReply;
import dev.sealbox.persistence.entity.StoreMessage;
import dev.sealbox.persistence.entity.StoreReply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoresIT {
    private static final SecretName TOKEN = new SecretName("GIT_TOKEN");
    private static final List<HostPattern> GITHUB = HostPattern.parseAll(List.of("github.com", "*.github.com"));

    @TempDir
    private static Path folder;

    private static TestNode node;
    private final Origin origin = origin("org-" + UUID.randomUUID());

    @BeforeAll
    static void start() {
        node = TestNode.start(TestDatabase.fresh(), folder.resolve("master.json"), new RememberedHosts(), "");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Origin origin(String organization) {
        return new Origin(new OrganizationId(organization), "key-1", "127.0.0.1", "request-1");
    }

    private static SecretStores stores() {
        return node.persistence.stores();
    }

    private static SecretVersions versions() {
        return node.persistence.versions();
    }

    private StoreId create(String name) {
        return done(stores().create(origin, new StoreName(name), GITHUB)).id();
    }

    @Test
    void isCreatedListedReadChangedAndDeleted() {
        var second = create("second");
        var first = create("first");

        assertThat(told(stores().list(origin))).extracting(StoreSummary::id).containsExactly(first, second);
        assertThat(done(stores().read(origin, first)).allowlist()).isEqualTo(GITHUB);

        var changed = done(stores().update(origin, first, Optional.of(new StoreName("third")), Optional.of(List.of())));
        assertThat(changed.store().name()).isEqualTo(new StoreName("third"));
        assertThat(changed.store().allowlist()).isEmpty();
        assertThat(told(stores().list(origin))).extracting(StoreSummary::id).containsExactly(second, first);

        done(stores().delete(origin, first));
        assertThat(refused(stores().read(origin, first))).isEqualTo(new NoSuchStore());
        assertThat(refused(stores().delete(origin, first))).isEqualTo(new NoSuchStore());
        assertThat(told(stores().list(origin))).extracting(StoreSummary::id).containsExactly(second);
    }

    @Test
    void hasANameOfItsOwn() {
        create("one");
        var other = create("other");

        assertThat(refused(stores().create(origin, new StoreName("one"), List.of())))
                .isEqualTo(new NameTaken(new StoreName("one")));
        assertThat(refused(stores().update(origin, other, Optional.of(new StoreName("one")), Optional.empty())))
                .isEqualTo(new NameTaken(new StoreName("one")));
        assertThat(done(stores().create(origin, new StoreName("One"), List.of()))
                        .name())
                .isEqualTo(new StoreName("One"));
    }

    @Test
    void givesItsNameBack() {
        var store = create("name");
        done(stores().update(origin, store, Optional.of(new StoreName("renamed")), Optional.empty()));
        var next = create("name");
        done(stores().delete(origin, next));
        create("name");
    }

    @Test
    void isCreatedOnceByManyWhoWantTheSameName() {
        var name = new StoreName("wanted");
        var asked = IntStream.range(0, 8)
                .mapToObj(i -> stores().create(origin, name, List.of()))
                .toList();

        assertThat(asked.stream().map(Told::told).filter(Outcome.Done.class::isInstance))
                .hasSize(1);
        assertThat(told(stores().list(origin))).hasSize(1);
    }

    @Test
    void takesANameFromAStoreThatACrashKeptFromBeingCreated() {
        var name = new StoreName("left-behind");
        var never = new StoreId(UUID.randomUUID());
        told(entities()
                .<OrganizationReply>organization(
                        origin.organization(),
                        replyTo -> new OrganizationMessage.Execute(
                                origin, new OrganizationCommand.ReserveName(name, never, 1000), replyTo)));

        var store = done(stores().create(origin, name, List.of()));

        assertThat(told(stores().list(origin))).containsExactly(store);
        assertThat(told(entities()
                        .store(
                                never,
                                Duration.ofMinutes(1),
                                replyTo -> new StoreMessage.Execute(
                                        origin,
                                        new StoreCommand.CreateStore(name, List.of(), Denials.NONE, List.of()),
                                        replyTo))))
                .isInstanceOf(StoreReply.Refused.class);
    }

    private static Entities entities() {
        return new Entities(
                node.system, EntitySettings.from(node.system.settings().config()));
    }

    @Test
    void tellsOfItsSecretsButNeverTheirValues() {
        var store = create("secrets");

        assertThat(done(stores().set(origin, store, TOKEN, Plaintext.of("value-one"), GITHUB)))
                .isEqualTo(new SecretChanged(1, Refreshed.NOBODY));
        done(stores().set(origin, store, new SecretName("A"), Plaintext.of("value-two"), List.of()));
        done(stores().set(origin, store, TOKEN, Plaintext.of("value-three"), List.of()));

        var secrets = done(stores().secrets(origin, store));
        assertThat(secrets).extracting(SecretSummary::name).containsExactly(new SecretName("A"), TOKEN);
        assertThat(secrets.getLast().version()).isEqualTo(2);
        assertThat(secrets.getLast().hosts()).isEmpty();
        done(stores().deleteSecret(origin, store, TOKEN));
        assertThat(refused(stores().deleteSecret(origin, store, TOKEN))).isEqualTo(new NoSuchSecret(TOKEN));
        assertThat(done(stores().secrets(origin, store))).hasSize(1);
    }

    @Test
    void doesNotExistForOtherOrganisations() {
        var store = create("mine");
        var other = origin("other-" + UUID.randomUUID());
        var value = Plaintext.of("value-four");

        assertThat(refused(stores().read(other, store))).isEqualTo(new NoSuchStore());
        assertThat(refused(stores().delete(other, store))).isEqualTo(new NoSuchStore());
        assertThat(refused(stores().secrets(other, store))).isEqualTo(new NoSuchStore());
        assertThat(refused(stores().deleteSecret(other, store, TOKEN))).isEqualTo(new NoSuchStore());
        assertThat(refused(stores().update(other, store, Optional.empty(), Optional.of(List.of()))))
                .isEqualTo(new NoSuchStore());
        assertThat(refused(stores().set(other, store, TOKEN, value, List.of()))).isEqualTo(new NoSuchStore());
        assertThat(told(stores().list(other))).isEmpty();
        assertThat(done(stores().create(other, new StoreName("mine"), List.of()))
                        .organization())
                .isEqualTo(other.organization());
    }

    @Test
    void destroysTheDataKeysOfWhatIsNotKeptOrDeleted() {
        var before = dataKeys();
        var store = create("shredded");
        done(versions().limit(origin, store, new VersionLimit(1)));
        done(stores().set(origin, store, TOKEN, Plaintext.of("value-five"), List.of()));
        done(stores().set(origin, store, TOKEN, Plaintext.of("value-six"), List.of()));
        done(stores().set(origin, store, new SecretName("B"), Plaintext.of("value-seven"), List.of()));
        assertThat(dataKeys()).isEqualTo(before + 2);

        done(stores().deleteSecret(origin, store, TOKEN));
        assertThat(dataKeys()).isEqualTo(before + 1);

        done(stores().delete(origin, store));
        assertThat(dataKeys()).isEqualTo(before);
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
    void belongsToWhoeverHoldsAKeyOfTheOrganisation() {
        var keys = node.persistence.apiKeys();
        told(keys.issue(origin.organization(), "first", "osb_key_of_" + origin.organization()));
        told(keys.issue(origin.organization(), "first", "osb_key_of_" + origin.organization()));

        assertThat(told(keys.authenticate("osb_key_of_" + origin.organization())))
                .isInstanceOfSatisfying(
                        ApiKeys.Holder.class,
                        holder -> assertThat(holder.organization()).isEqualTo(origin.organization()));
        assertThat(told(keys.authenticate("osb_unknown"))).isEqualTo(ApiKeys.Rejected.UNKNOWN);
    }
}
