package dev.sealbox.domain.store;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.store.SecretVersion.State;
import dev.sealbox.domain.store.StoreCommand.ChangeSecretHosts;
import dev.sealbox.domain.store.StoreCommand.ChangeSecretLocations;
import dev.sealbox.domain.store.StoreCommand.DestroyVersion;
import dev.sealbox.domain.store.StoreCommand.LimitVersions;
import dev.sealbox.domain.store.StoreCommand.RollBackSecret;
import dev.sealbox.domain.store.StoreCommand.SetSecret;
import dev.sealbox.domain.store.StoreCommand.SwitchSecret;
import dev.sealbox.domain.store.StoreCommand.SwitchVersion;
import dev.sealbox.domain.store.StoreEvent.KeysShredded;
import dev.sealbox.domain.store.StoreEvent.SecretDeleted;
import dev.sealbox.domain.store.StoreEvent.SecretDisabled;
import dev.sealbox.domain.store.StoreEvent.SecretEnabled;
import dev.sealbox.domain.store.StoreEvent.SecretHostsChanged;
import dev.sealbox.domain.store.StoreEvent.SecretLocationsChanged;
import dev.sealbox.domain.store.StoreEvent.SecretRolledBack;
import dev.sealbox.domain.store.StoreEvent.SecretSet;
import dev.sealbox.domain.store.StoreEvent.StoreCreated;
import dev.sealbox.domain.store.StoreEvent.VersionDestroyed;
import dev.sealbox.domain.store.StoreEvent.VersionDisabled;
import dev.sealbox.domain.store.StoreEvent.VersionEnabled;
import dev.sealbox.domain.store.StoreEvent.VersionLimitChanged;
import dev.sealbox.domain.store.StoreEvent.VersionsRetired;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SecretVersionsTest {
    private static final Origin OWNER = new Origin(new OrganizationId("owner"), "key-1", "127.0.0.1", "request-1");
    private static final Instant AT = Instant.parse("2026-11-23T12:00:00Z");
    private static final SecretName STRIPE = new SecretName("STRIPE");
    private static final UUID ENTRY = new UUID(1, 1);
    private static final List<HostPattern> HOSTS = HostPattern.parseAll(List.of("api.stripe.com"));
    private static final VersionLimit THREE = new VersionLimit(3);

    private static SecretStore given(StoreEvent... history) {
        var store = SecretStore.ABSENT.apply(
                new Recorded<>(new StoreCreated(new StoreName("creds"), List.of()), OWNER, AT));
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

    private static SecretSet set(int version) {
        return new SecretSet(STRIPE, ENTRY, version, value(version), version == 1 ? HOSTS : List.of());
    }

    private static SecretRolledBack rolledBack(int version, int restored) {
        return new SecretRolledBack(STRIPE, version, restored, value(version), restored == 1 ? HOSTS : List.of());
    }

    private static SetSecret setting(int number, Optional<Integer> cas) {
        return new SetSecret(STRIPE, value(number), List.of(), ENTRY, cas, THREE);
    }

    private static RollBackSecret rollingBack(int to, Optional<Integer> cas) {
        return new RollBackSecret(STRIPE, to, value(99), cas, THREE);
    }

    private static Decision<StoreEvent, StoreRefusal> decided(SecretStore store, StoreCommand command) {
        return store.decide(OWNER, command);
    }

    private static Secret stripe(SecretStore store) {
        return Optional.ofNullable(store.secrets().get(STRIPE)).orElseThrow();
    }

    @Test
    void areKeptWithWhoMadeThemAndWhen() {
        var store = given(set(1), set(2));

        assertThat(stripe(store).versions())
                .containsExactly(
                        new SecretVersion(
                                1,
                                Optional.of(value(1)),
                                true,
                                HOSTS,
                                Optional.empty(),
                                AT.plusSeconds(1),
                                "key-1",
                                "request-1"),
                        new SecretVersion(
                                2,
                                Optional.of(value(2)),
                                true,
                                List.of(),
                                Optional.empty(),
                                AT.plusSeconds(2),
                                "key-1",
                                "request-1"));
        assertThat(store.condemned()).isEmpty();
        assertThat(VersionSummary.of(stripe(store)))
                .extracting(VersionSummary::version, VersionSummary::current)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(2, true), org.assertj.core.groups.Tuple.tuple(1, false));
    }

    @Test
    void areMadeOnlyWhenTheExpectedOneIsCurrent() {
        assertThat(decided(given(), setting(1, Optional.of(0)))).isEqualTo(accept(made(1)));
        assertThat(decided(given(), setting(1, Optional.of(1))))
                .isEqualTo(refuse(new StoreRefusal.VersionMismatch(STRIPE, 1, 0)));
        assertThat(decided(given(set(1)), setting(2, Optional.of(0))))
                .isEqualTo(refuse(new StoreRefusal.VersionMismatch(STRIPE, 0, 1)));
        assertThat(decided(given(set(1)), setting(2, Optional.of(1)))).isEqualTo(accept(made(2)));
        assertThat(decided(given(set(1), new SecretDeleted(STRIPE)), setting(2, Optional.of(1))))
                .isEqualTo(refuse(new StoreRefusal.VersionMismatch(STRIPE, 1, 0)));
        assertThat(new StoreRefusal.VersionMismatch(STRIPE, 1, 7).details()).containsEntry("version", 7);
    }

    private static SecretSet made(int version) {
        return new SecretSet(STRIPE, ENTRY, version, value(version), List.of());
    }

    @Test
    void leaveTheStoreBeyondItsLimit() {
        var full = given(set(1), set(2), set(3));

        assertThat(decided(full, setting(4, Optional.empty())))
                .isEqualTo(accept(made(4), new VersionsRetired(STRIPE, 1)));
        assertThat(decided(full, rollingBack(1, Optional.empty())))
                .isEqualTo(
                        accept(new SecretRolledBack(STRIPE, 4, 1, value(99), HOSTS), new VersionsRetired(STRIPE, 1)));

        var after = given(set(1), set(2), set(3), set(4), new VersionsRetired(STRIPE, 1));
        assertThat(stripe(after).versions()).extracting(SecretVersion::number).containsExactly(2, 3, 4);
        assertThat(after.condemned()).containsExactly(key(1));
    }

    @Test
    void areLimitedByTheStoreBeforeTheDeployment() {
        var store = given(set(1), set(2), set(3), new VersionLimitChanged(new VersionLimit(2)));

        assertThat(decided(store, setting(4, Optional.empty())))
                .isEqualTo(accept(made(4), new VersionsRetired(STRIPE, 2)));
        assertThat(decided(given(set(1), set(2), set(3)), new LimitVersions(new VersionLimit(1))))
                .isEqualTo(accept(new VersionLimitChanged(new VersionLimit(1)), new VersionsRetired(STRIPE, 2)));
        assertThat(decided(given(new VersionLimitChanged(THREE)), new LimitVersions(THREE)))
                .isEqualTo(accept());
        assertThatThrownBy(() -> new VersionLimit(0)).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> new VersionLimit(101)).isInstanceOf(InvalidValue.class);
    }

    @Test
    void comeBackWithTheirHostsAsNewOnesWithAKeyOfTheirOwn() {
        assertThat(decided(given(set(1), set(2)), rollingBack(1, Optional.of(2))))
                .isEqualTo(accept(new SecretRolledBack(STRIPE, 3, 1, value(99), HOSTS)));

        var back = given(set(1), set(2), rolledBack(3, 1), new VersionDestroyed(STRIPE, 1));
        assertThat(stripe(back).usable()).contains(value(3));
        assertThat(stripe(back).hosts()).isEqualTo(HOSTS);
        assertThat(stripe(back).current().restoredFrom()).contains(1);
        assertThat(back.condemned()).containsExactly(key(1));
        assertThat(back.versions()).containsEntry(STRIPE, 3);
    }

    @Test
    void comeBackOnlyWhenTheyAreThereAndEnabled() {
        var store = given(set(1), set(2), set(3), new VersionDisabled(STRIPE, 1), new VersionDestroyed(STRIPE, 2));

        assertThat(decided(store, rollingBack(1, Optional.empty())))
                .isEqualTo(refuse(new StoreRefusal.VersionDisabled(STRIPE, 1)));
        assertThat(decided(store, rollingBack(2, Optional.empty())))
                .isEqualTo(refuse(new StoreRefusal.VersionDestroyed(STRIPE, 2)));
        assertThat(decided(store, rollingBack(9, Optional.empty())))
                .isEqualTo(refuse(new StoreRefusal.NoSuchVersion(STRIPE, 9)));
        assertThat(decided(store, rollingBack(3, Optional.of(2))))
                .isEqualTo(refuse(new StoreRefusal.VersionMismatch(STRIPE, 2, 3)));
        assertThat(decided(given(), rollingBack(1, Optional.empty())))
                .isEqualTo(refuse(new StoreRefusal.NoSuchSecret(STRIPE)));
    }

    @Test
    void areAllRevealedInTheSameLocations() {
        var headers = Locations.parse("headers basic");
        var change = new ChangeSecretLocations(STRIPE, headers);
        var changed = new SecretLocationsChanged(STRIPE, headers);

        assertThat(stripe(given(set(1))).locations()).isEqualTo(Locations.ALL);
        assertThat(decided(given(), change)).isEqualTo(refuse(new StoreRefusal.NoSuchSecret(STRIPE)));
        assertThat(decided(given(set(1)), change)).isEqualTo(accept(changed));
        assertThat(decided(given(set(1), changed), change)).isEqualTo(accept());
        var later = given(set(1), changed, set(2), new SecretDisabled(STRIPE), rolledBack(3, 1));
        assertThat(later.view(new StoreId(ENTRY)).secrets())
                .containsEntry(STRIPE, new Offer(3, Optional.empty(), HOSTS, headers));
    }

    @Test
    void areAllUsedByTheSameRules() {
        var rules = List.of(new UseRule(UseRule.Effect.DENY, HOSTS, List.of("DELETE"), List.of(), List.of()));
        var change = new StoreCommand.ChangeSecretRules(STRIPE, rules);
        var changed = new StoreEvent.SecretRulesChanged(STRIPE, rules);

        assertThat(decided(given(), change)).isEqualTo(refuse(new StoreRefusal.NoSuchSecret(STRIPE)));
        assertThat(decided(given(set(1)), change)).isEqualTo(accept(changed));
        assertThat(decided(given(set(1), changed), change)).isEqualTo(accept());
        var later = given(set(1), changed, set(2), new SecretDisabled(STRIPE), rolledBack(3, 1));
        assertThat(later.view(new StoreId(ENTRY)).secrets())
                .containsEntry(STRIPE, new Offer(3, Optional.empty(), HOSTS, Locations.ALL, rules));
    }

    @Test
    void leaveDenialsToTheStoreWhichKeepsWhatIsNotGivenAndOutlivesIt() {
        var denials = new Denials(HOSTS, UnusableTokens.PASS);
        var changed = new StoreEvent.DenialsChanged(denials);
        var hosts = new StoreCommand.ChangeDenials(Optional.of(HOSTS), Optional.empty());
        var refuse = new StoreCommand.ChangeDenials(Optional.empty(), Optional.of(UnusableTokens.REFUSE));

        assertThat(decided(given(), hosts)).isEqualTo(accept(changed));
        assertThat(decided(given(changed), hosts)).isEqualTo(accept());
        assertThat(decided(given(changed), refuse))
                .isEqualTo(accept(new StoreEvent.DenialsChanged(new Denials(HOSTS, UnusableTokens.REFUSE))));
        assertThat(given(changed, new StoreEvent.StoreDeleted())
                        .view(new StoreId(ENTRY))
                        .denials())
                .isEqualTo(denials);
    }

    @Test
    void areDisabledWithoutBeingLost() {
        var disabled = given(set(1), set(2), new SecretDisabled(STRIPE));
        assertThat(stripe(disabled).usable()).isEmpty();
        assertThat(disabled.view(new StoreId(ENTRY)).secrets())
                .containsEntry(STRIPE, new Offer(2, Optional.empty(), List.of(), Locations.ALL));
        assertThat(disabled.condemned()).isEmpty();
        assertThat(decided(disabled, new SwitchSecret(STRIPE, false))).isEqualTo(accept());
        assertThat(decided(disabled, new SwitchSecret(STRIPE, true))).isEqualTo(accept(new SecretEnabled(STRIPE)));
        assertThat(stripe(given(set(1), new SecretDisabled(STRIPE), set(2))).usable())
                .isEmpty();
        assertThat(stripe(given(set(1), new SecretDisabled(STRIPE), new SecretEnabled(STRIPE)))
                        .usable())
                .contains(value(1));

        var one = given(set(1), set(2), new VersionDisabled(STRIPE, 2));
        assertThat(stripe(one).usable()).isEmpty();
        assertThat(stripe(one).current().state()).isEqualTo(State.DISABLED);
        assertThat(decided(one, new SwitchVersion(STRIPE, 2, true))).isEqualTo(accept(new VersionEnabled(STRIPE, 2)));
        assertThat(decided(one, new SwitchVersion(STRIPE, 2, false))).isEqualTo(accept());
        assertThat(decided(one, new SwitchVersion(STRIPE, 1, false))).isEqualTo(accept(new VersionDisabled(STRIPE, 1)));
        assertThat(decided(one, new SwitchVersion(STRIPE, 3, false)))
                .isEqualTo(refuse(new StoreRefusal.NoSuchVersion(STRIPE, 3)));
    }

    @Test
    void areDestroyedForEver() {
        var store = given(set(1), set(2), new VersionDestroyed(STRIPE, 2));

        assertThat(stripe(store).usable()).isEmpty();
        assertThat(stripe(store).current().state()).isEqualTo(State.DESTROYED);
        assertThat(store.condemned()).containsExactly(key(2));
        assertThat(decided(store, new DestroyVersion(STRIPE, 2))).isEqualTo(accept());
        assertThat(decided(store, new DestroyVersion(STRIPE, 1))).isEqualTo(accept(new VersionDestroyed(STRIPE, 1)));
        assertThat(decided(store, new SwitchVersion(STRIPE, 2, true)))
                .isEqualTo(refuse(new StoreRefusal.VersionDestroyed(STRIPE, 2)));
        assertThat(decided(store, setting(3, Optional.of(2)))).isEqualTo(accept(made(3)));
    }

    @Test
    void changeTheirHostsAlone() {
        assertThat(decided(given(set(1)), new ChangeSecretHosts(STRIPE, List.of(), Optional.of(1))))
                .isEqualTo(accept(new SecretHostsChanged(STRIPE, 1, List.of())));
        assertThat(decided(given(set(1)), new ChangeSecretHosts(STRIPE, HOSTS, Optional.empty())))
                .isEqualTo(accept());
        assertThat(decided(given(set(1)), new ChangeSecretHosts(STRIPE, HOSTS, Optional.of(2))))
                .isEqualTo(refuse(new StoreRefusal.VersionMismatch(STRIPE, 2, 1)));
        assertThat(decided(given(), new ChangeSecretHosts(STRIPE, HOSTS, Optional.empty())))
                .isEqualTo(refuse(new StoreRefusal.NoSuchSecret(STRIPE)));

        var changed = given(set(1), new SecretHostsChanged(STRIPE, 1, List.of()));
        assertThat(stripe(changed).hosts()).isEmpty();
        assertThat(stripe(changed).version()).isEqualTo(1);
        assertThat(stripe(changed).usable()).contains(value(1));
    }

    /** What was written when only the current version was kept: a replaced value's key was destroyed at once. */
    @Test
    void beginToBeKeptWhereOlderJournalsEnd() {
        var older = given(set(1), set(2), new KeysShredded(Set.of(key(1))), set(3), new KeysShredded(Set.of(key(2))));

        assertThat(stripe(older).versions()).extracting(SecretVersion::number).containsExactly(3);
        assertThat(older.condemned()).isEmpty();
        assertThat(decided(older, setting(4, Optional.of(3)))).isEqualTo(accept(made(4)));
    }
}
