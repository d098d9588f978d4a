package dev.sealbox.domain.store;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.store.StoreCommand.AbandonStore;
import dev.sealbox.domain.store.StoreCommand.BindSandbox;
import dev.sealbox.domain.store.StoreCommand.ChangeAllowlist;
import dev.sealbox.domain.store.StoreCommand.ChangeEgressTcp;
import dev.sealbox.domain.store.StoreCommand.ConfirmShredded;
import dev.sealbox.domain.store.StoreCommand.CreateStore;
import dev.sealbox.domain.store.StoreCommand.DeleteSecret;
import dev.sealbox.domain.store.StoreCommand.DeleteStore;
import dev.sealbox.domain.store.StoreCommand.RenameStore;
import dev.sealbox.domain.store.StoreCommand.RevokeStore;
import dev.sealbox.domain.store.StoreCommand.SetSecret;
import dev.sealbox.domain.store.StoreCommand.UnbindSandbox;
import dev.sealbox.domain.store.StoreEvent.AllowlistChanged;
import dev.sealbox.domain.store.StoreEvent.EgressTcpChanged;
import dev.sealbox.domain.store.StoreEvent.KeysShredded;
import dev.sealbox.domain.store.StoreEvent.SandboxBound;
import dev.sealbox.domain.store.StoreEvent.SandboxUnbound;
import dev.sealbox.domain.store.StoreEvent.SecretDeleted;
import dev.sealbox.domain.store.StoreEvent.SecretSet;
import dev.sealbox.domain.store.StoreEvent.StoreCreated;
import dev.sealbox.domain.store.StoreEvent.StoreDeleted;
import dev.sealbox.domain.store.StoreEvent.StoreRenamed;
import dev.sealbox.domain.store.StoreEvent.StoreRevoked;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SecretStoreTest {
    private static final Origin OWNER = Origin.system(new OrganizationId("owner"));
    private static final Origin STRANGER = Origin.system(new OrganizationId("stranger"));
    private static final Instant AT = Instant.parse("2026-11-23T12:00:00Z");
    private static final StoreName NAME = new StoreName("creds");
    private static final SecretName STRIPE = new SecretName("STRIPE");
    private static final UUID ENTRY = new UUID(1, 1);
    private static final SandboxId SANDBOX = new SandboxId("sb-0000000000000001");
    private static final List<HostPattern> HOSTS = HostPattern.parseAll(List.of("api.stripe.com"));
    private static final List<TcpTarget> TCP = TcpTarget.parseAll(List.of("db.example.com:5432"));

    private static SecretStore given(StoreEvent... history) {
        var store = SecretStore.ABSENT;
        for (var event : history) {
            store = store.apply(new Recorded<>(event, OWNER, AT.plusSeconds(store.revision())));
        }
        return store;
    }

    private static KeyId key(int number) {
        return new KeyId(new UUID(2, number));
    }

    private static Encrypted value(int number) {
        return new Encrypted(key(number), "AAEC");
    }

    private static StoreEvent created() {
        return new StoreCreated(NAME, HOSTS);
    }

    private static SecretSet set(int version) {
        return new SecretSet(STRIPE, ENTRY, version, value(version), HOSTS);
    }

    private static SetSecret setting(SecretName name, int number, List<HostPattern> hosts, UUID entry) {
        return new SetSecret(name, value(number), hosts, entry, Optional.empty(), new VersionLimit(10));
    }

    @Test
    void isCreatedWithAllThatItDeniesAtOnce() {
        var denials = new Denials(HostPattern.parseAll(List.of("evil.test")), UnusableTokens.REFUSE);
        var tcp = TcpTarget.parseAll(List.of("db.test:5432"));

        assertThat(SecretStore.ABSENT.decide(OWNER, new CreateStore(NAME, HOSTS, denials, tcp)))
                .isEqualTo(accept(
                        new StoreCreated(NAME, HOSTS),
                        new StoreEvent.DenialsChanged(denials),
                        new StoreEvent.EgressTcpChanged(tcp)));
    }

    @Test
    void isCreatedOnce() {
        assertThat(SecretStore.ABSENT.decide(OWNER, new CreateStore(NAME, HOSTS, Denials.NONE, List.of())))
                .isEqualTo(accept(new StoreCreated(NAME, HOSTS)));
        assertThat(given(created()).decide(OWNER, new CreateStore(NAME, HOSTS, Denials.NONE, List.of())))
                .isEqualTo(refuse(new StoreRefusal.AlreadyExists()));
        assertThat(given(created(), new StoreDeleted())
                        .decide(OWNER, new CreateStore(NAME, HOSTS, Denials.NONE, List.of())))
                .isEqualTo(refuse(new StoreRefusal.AlreadyExists()));
    }

    @Test
    void doesNotExistForOthersNorBeforeNorAfter() {
        for (var command : List.of(
                new RenameStore(NAME),
                new ChangeAllowlist(HOSTS),
                new ChangeEgressTcp(TCP),
                setting(STRIPE, 1, HOSTS, ENTRY),
                new DeleteSecret(STRIPE),
                new DeleteStore(),
                new BindSandbox(SANDBOX))) {
            var refused = refuse(new StoreRefusal.NoSuchStore());
            assertThat(given(created()).decide(STRANGER, command)).isEqualTo(refused);
            assertThat(SecretStore.ABSENT.decide(OWNER, command)).isEqualTo(refused);
            assertThat(given(created(), new StoreDeleted()).decide(OWNER, command))
                    .isEqualTo(refused);
        }
    }

    @Test
    void isNeverCreatedOnceAbandoned() {
        assertThat(SecretStore.ABSENT.decide(OWNER, new AbandonStore())).isEqualTo(accept(new StoreDeleted()));
        assertThat(given(new StoreDeleted()).decide(OWNER, new CreateStore(NAME, HOSTS, Denials.NONE, List.of())))
                .isEqualTo(refuse(new StoreRefusal.AlreadyExists()));
        assertThat(given(new StoreDeleted()).decide(OWNER, new AbandonStore())).isEqualTo(accept());
        assertThat(given(created()).decide(OWNER, new AbandonStore()))
                .isEqualTo(refuse(new StoreRefusal.AlreadyExists()));
    }

    @Test
    void recordsNothingWhenNothingChanges() {
        var store = given(created(), new SandboxBound(SANDBOX));

        assertThat(store.decide(OWNER, new RenameStore(NAME))).isEqualTo(accept());
        assertThat(store.decide(OWNER, new ChangeAllowlist(HOSTS))).isEqualTo(accept());
        assertThat(store.decide(OWNER, new ChangeEgressTcp(List.of()))).isEqualTo(accept());
        assertThat(store.decide(OWNER, new BindSandbox(SANDBOX))).isEqualTo(accept());
        assertThat(given(created()).decide(OWNER, new UnbindSandbox(SANDBOX))).isEqualTo(accept());
        assertThat(store.decide(OWNER, new ConfirmShredded(Set.of(key(1))))).isEqualTo(accept());
    }

    @Test
    void changesItsNameAndAllowlist() {
        var store = given(created(), new StoreRenamed(new StoreName("other")), new AllowlistChanged(List.of()));

        assertThat(store.name()).isEqualTo(new StoreName("other"));
        assertThat(store.allowlist()).isEmpty();
        assertThat(store.createdAt()).isEqualTo(AT);
        assertThat(store.updatedAt()).isAfter(AT);
    }

    @Test
    void passesPlainTcpToItsTargetsUntilItIsRevoked() {
        assertThat(given(created()).decide(OWNER, new ChangeEgressTcp(TCP)))
                .isEqualTo(accept(new EgressTcpChanged(TCP)));
        var store = given(created(), new EgressTcpChanged(TCP));
        var id = new StoreId(new UUID(0, 1));

        assertThat(store.view(id).egressTcp()).isEqualTo(TCP);
        assertThat(store.revision()).isEqualTo(2);
        var deleted = given(created(), new EgressTcpChanged(TCP), new StoreDeleted());
        assertThat(deleted.view(id).egressTcp()).isEqualTo(TCP);
        var revoked = given(created(), new EgressTcpChanged(TCP), new StoreRevoked());
        assertThat(revoked.view(id).egressTcp()).isEmpty();
        assertThat(revoked.revision()).isEqualTo(3);
    }

    @Test
    void replacesValueAndHostsAndKeepsTheEntry() {
        var store = given(created(), set(1));

        assertThat(store.decide(OWNER, setting(STRIPE, 2, List.of(), new UUID(9, 9))))
                .isEqualTo(accept(new SecretSet(STRIPE, ENTRY, 2, value(2), List.of())));

        var replaced = given(created(), set(1), new SecretSet(STRIPE, ENTRY, 2, value(2), List.of()));
        assertThat(replaced.secrets()).hasEntrySatisfying(STRIPE, secret -> {
            assertThat(secret.entry()).isEqualTo(ENTRY);
            assertThat(secret.version()).isEqualTo(2);
            assertThat(secret.usable()).contains(value(2));
            assertThat(secret.hosts()).isEmpty();
            assertThat(secret.createdAt()).isEqualTo(AT.plusSeconds(1));
            assertThat(secret.updatedAt()).isEqualTo(AT.plusSeconds(2));
        });
        assertThat(replaced.condemned()).isEmpty();
    }

    @Test
    void neverUsesAVersionTwice() {
        var store = given(created(), set(1), new SecretDeleted(STRIPE));

        assertThat(store.secrets()).isEmpty();
        assertThat(store.decide(OWNER, setting(STRIPE, 2, HOSTS, ENTRY)))
                .isEqualTo(accept(new SecretSet(STRIPE, ENTRY, 2, value(2), HOSTS)));
        assertThat(store.decide(OWNER, new DeleteSecret(STRIPE)))
                .isEqualTo(refuse(new StoreRefusal.NoSuchSecret(STRIPE)));
    }

    @Test
    void holdsTwoHundredSecretsAndStillReplacesThem() {
        var history = Stream.concat(
                        Stream.of(created()),
                        IntStream.range(0, SecretStore.MAX_SECRETS)
                                .mapToObj(i ->
                                        new SecretSet(new SecretName("S" + i), new UUID(3, i), 1, value(i), List.of())))
                .toArray(StoreEvent[]::new);
        var full = given(history);

        assertThat(full.decide(OWNER, setting(STRIPE, 999, List.of(), ENTRY)))
                .isEqualTo(refuse(new StoreRefusal.TooManySecrets(SecretStore.MAX_SECRETS)));
        assertThat(full.decide(OWNER, setting(new SecretName("S0"), 999, List.of(), ENTRY)))
                .isEqualTo(accept(new SecretSet(new SecretName("S0"), new UUID(3, 0), 2, value(999), List.of())));
    }

    @Test
    void condemnsEveryKeyWhenDeletedAndLeavesItsSandboxesWhatTheyHave() {
        var store = given(created(), set(1), set(2), new SandboxBound(SANDBOX), new StoreDeleted());

        assertThat(store.condemned()).containsExactlyInAnyOrder(key(1), key(2));
        assertThat(store.bound()).containsExactly(SANDBOX);
        assertThat(store.view(new StoreId(ENTRY)).secrets()).containsOnlyKeys(STRIPE);
        assertThat(store.allowlist()).isEqualTo(HOSTS);
        assertThat(store.view(new StoreId(ENTRY)).deleted()).isTrue();
        assertThat(store.decide(OWNER, new ConfirmShredded(Set.of(key(1), key(3)))))
                .isEqualTo(accept(new KeysShredded(Set.of(key(1)))));
    }

    @Test
    void takesItsSecretsFromItsSandboxesWhenRevokedButGoesOnRestrictingThem() {
        var before = given(created(), set(1), new SandboxBound(SANDBOX));
        assertThat(before.decide(OWNER, new RevokeStore())).isEqualTo(accept(new StoreRevoked()));
        assertThat(before.decide(STRANGER, new RevokeStore())).isEqualTo(refuse(new StoreRefusal.NoSuchStore()));

        var store = given(created(), set(1), new SandboxBound(SANDBOX), new StoreRevoked());

        assertThat(store.isVisibleTo(OWNER.organization())).isFalse();
        assertThat(store.condemned()).containsExactly(key(1));
        assertThat(store.bound()).containsExactly(SANDBOX);
        var view = store.view(new StoreId(ENTRY));
        assertThat(view.deleted()).isTrue();
        assertThat(view.secrets()).isEmpty();
        assertThat(view.allowlist()).isEqualTo(HOSTS);
        assertThat(store.decide(OWNER, new RevokeStore())).isEqualTo(refuse(new StoreRefusal.NoSuchStore()));
    }

    @Test
    void letsSandboxesGo() {
        var store = given(created(), new SandboxBound(SANDBOX));

        assertThat(store.decide(STRANGER, new UnbindSandbox(SANDBOX))).isEqualTo(accept(new SandboxUnbound(SANDBOX)));
        assertThat(given(created(), new SandboxBound(SANDBOX), new SandboxUnbound(SANDBOX))
                        .bound())
                .isEmpty();
    }
}
