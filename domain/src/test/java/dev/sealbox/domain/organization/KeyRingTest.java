package dev.sealbox.domain.organization;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.OrganizationCommand.CreateOrganization;
import dev.sealbox.domain.organization.OrganizationCommand.IssueApiKey;
import dev.sealbox.domain.organization.OrganizationCommand.RevokeApiKey;
import dev.sealbox.domain.organization.OrganizationEvent.ApiKeyIssued;
import dev.sealbox.domain.organization.OrganizationEvent.ApiKeyRevoked;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys of an {@link Organization}. */
class KeyRingTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = NOW.plus(Duration.ofHours(1));
    private static final OrganizationId ACME = new OrganizationId("acme");
    private static final Origin SOMEBODY = new Origin(ACME, "key-of-somebody", "", "");
    private static final ApiKeyHash HASH = ApiKeyHash.of("osb_key");
    private static final String ID = HASH.keyId();
    private static final ApiKeyHash OTHER = ApiKeyHash.of("osb_other");
    private static final KeyTerms ADMIN = KeyTerms.admin("root");

    private static KeyTerms terms(Role role, Optional<Instant> expiresAt) {
        return new KeyTerms("a name", role, List.of(), expiresAt);
    }

    private static Organization given(OrganizationEvent... history) {
        return given(SOMEBODY, List.of(history));
    }

    private static Organization given(Origin origin, List<? extends OrganizationEvent> history) {
        var organization = Organization.EMPTY;
        for (var event : history) {
            organization = organization.apply(new Recorded<>(event, origin, NOW));
        }
        return organization;
    }

    private static ApiKeyIssued issued(ApiKeyHash hash, KeyTerms terms) {
        return new ApiKeyIssued(hash.keyId(), hash, terms);
    }

    @Test
    void knowsAKeyByItsHashUntilItIsRevoked() {
        assertThat(given().decide(new IssueApiKey(HASH, ADMIN), NOW)).isEqualTo(accept(issued(HASH, ADMIN)));

        var known = given(issued(HASH, ADMIN));
        assertThat(known.standing(HASH, NOW)).isEqualTo(new KeyStanding.Valid(ID, ADMIN));
        assertThat(known.standing(OTHER, NOW)).isEqualTo(new KeyStanding.Unknown());
        assertThat(given(issued(HASH, ADMIN), new ApiKeyRevoked(ID)).standing(HASH, NOW))
                .isEqualTo(new KeyStanding.Revoked());
    }

    @Test
    void knowsNoKeyThatOnlySharesAnId() {
        var impostor = new ApiKeyHash(HASH.hex().substring(0, 12) + "0".repeat(52));
        var known = given(issued(HASH, ADMIN));

        assertThat(known.standing(impostor, NOW)).isEqualTo(new KeyStanding.Unknown());
        assertThat(known.decide(new IssueApiKey(impostor, ADMIN), NOW))
                .isEqualTo(refuse(new OrganizationRefusal.ApiKeyIdTaken()));
    }

    @Test
    void endsAKeyAtItsExpiryToTheMillisecond() {
        var known = given(issued(HASH, terms(Role.OPERATOR, Optional.of(LATER))));

        assertThat(known.standing(HASH, LATER.minusMillis(1))).isInstanceOf(KeyStanding.Valid.class);
        assertThat(known.standing(HASH, LATER)).isEqualTo(new KeyStanding.Expired());
    }

    @Test
    void makesNoKeyThatHasExpiredAlready() {
        for (var past : List.of(NOW, NOW.minusSeconds(1))) {
            assertThat(given().decide(new IssueApiKey(HASH, terms(Role.AUDITOR, Optional.of(past))), NOW))
                    .isEqualTo(refuse(new OrganizationRefusal.ExpiresInThePast()));
        }
    }

    @Test
    void revivesNoRevokedKeyWhenTheConfigurationStillNamesIt() {
        var revoked = given(issued(HASH, ADMIN), issued(OTHER, ADMIN), new ApiKeyRevoked(ID));

        assertThat(revoked.decide(new IssueApiKey(HASH, ADMIN), NOW)).isEqualTo(accept());
        assertThat(revoked.standing(HASH, NOW)).isEqualTo(new KeyStanding.Revoked());
    }

    @Test
    void keepsTheLastAdministrator() {
        var auditor = issued(OTHER, terms(Role.AUDITOR, Optional.empty()));
        assertThat(given(issued(HASH, ADMIN), auditor).decide(new RevokeApiKey(ID), NOW))
                .isEqualTo(refuse(new OrganizationRefusal.LastAdminKey()));

        var expiring = issued(OTHER, terms(Role.ADMIN, Optional.of(LATER)));
        var two = given(issued(HASH, ADMIN), expiring);
        assertThat(two.decide(new RevokeApiKey(ID), NOW)).isEqualTo(accept(new ApiKeyRevoked(ID)));
        assertThat(two.decide(new RevokeApiKey(ID), LATER)).isEqualTo(refuse(new OrganizationRefusal.LastAdminKey()));
        assertThat(two.decide(new RevokeApiKey(OTHER.keyId()), LATER))
                .isEqualTo(accept(new ApiKeyRevoked(OTHER.keyId())));
    }

    @Test
    void revokesOnceAndOnlyWhatIsThere() {
        var revoked = given(issued(HASH, ADMIN), issued(OTHER, ADMIN), new ApiKeyRevoked(ID));

        assertThat(revoked.decide(new RevokeApiKey(ID), NOW)).isEqualTo(accept());
        assertThat(revoked.decide(new RevokeApiKey("key-nobodys"), NOW))
                .isEqualTo(refuse(new OrganizationRefusal.NoSuchApiKey()));
    }

    @Test
    void isFoundedOnce() {
        assertThat(given().decide(new CreateOrganization(HASH, ADMIN), NOW)).isEqualTo(accept(issued(HASH, ADMIN)));
        assertThat(given(issued(OTHER, ADMIN)).decide(new CreateOrganization(HASH, ADMIN), NOW))
                .isEqualTo(refuse(new OrganizationRefusal.OrganizationExists()));
    }

    @Test
    void keepsTheLatestHundredOfThoseThatEnded() {
        var many = IntStream.range(0, KeyRing.MAX_ENDED + 20)
                .mapToObj(i -> ApiKeyHash.of("osb_" + i))
                .toList();
        var organization = given(issued(HASH, ADMIN));
        for (var hash : many) {
            organization = organization.apply(new Recorded<>(issued(hash, ADMIN), SOMEBODY, NOW));
        }
        var at = NOW;
        for (var hash : many) {
            at = at.plusSeconds(1);
            organization = organization.apply(new Recorded<>(new ApiKeyRevoked(hash.keyId()), SOMEBODY, at));
        }

        assertThat(organization.keys().byId()).hasSize(KeyRing.MAX_ENDED + 1).containsKey(ID);
        assertThat(organization.standing(many.getFirst(), at)).isEqualTo(new KeyStanding.Unknown());
        assertThat(organization.standing(many.getLast(), at)).isEqualTo(new KeyStanding.Revoked());
    }

    @Test
    void neverForgetsARevokedBootstrapKey() {
        var organization = given(Origin.system(ACME), List.of(issued(HASH, ADMIN), new ApiKeyRevoked(ID)));
        for (var i = 0; i < KeyRing.MAX_ENDED + 20; i++) {
            var hash = ApiKeyHash.of("osb_" + i);
            organization = organization
                    .apply(new Recorded<>(issued(hash, ADMIN), SOMEBODY, NOW))
                    .apply(new Recorded<>(new ApiKeyRevoked(hash.keyId()), SOMEBODY, NOW));
        }

        assertThat(organization.standing(HASH, NOW)).isEqualTo(new KeyStanding.Revoked());
    }

    @Test
    void hasAtMostFiveHundredKeysInUse() {
        var full = given(
                SOMEBODY,
                IntStream.range(0, KeyRing.MAX_USABLE)
                        .mapToObj(i -> issued(ApiKeyHash.of("osb_" + i), terms(Role.ADMIN, Optional.of(LATER))))
                        .toList());

        assertThat(full.decide(new IssueApiKey(HASH, ADMIN), NOW))
                .isEqualTo(refuse(new OrganizationRefusal.TooManyApiKeys(500)));
        assertThat(full.decide(new IssueApiKey(HASH, ADMIN), LATER)).isEqualTo(accept(issued(HASH, ADMIN)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"ADMIN", "OPERATOR", "AUDITOR"})
    void namesStoresOnlyForLaunchers(Role role) {
        var stores = List.of(new StoreName("git"));

        assertThatThrownBy(() -> new KeyTerms("k", role, stores, Optional.empty()))
                .isInstanceOf(InvalidValue.class);
        assertThat(new KeyTerms("k", Role.AGENT_LAUNCHER, stores, Optional.empty()).stores())
                .isEqualTo(stores);
    }

    @Test
    void namesAtMostAHundredStores() {
        var stores =
                IntStream.range(0, 101).mapToObj(i -> new StoreName("s" + i)).toList();

        assertThatThrownBy(() -> new KeyTerms("k", Role.AGENT_LAUNCHER, stores, Optional.empty()))
                .isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "a\u0000", "\ud800"})
    void hasANameThatPeopleCanRead(String name) {
        assertThatThrownBy(() -> KeyTerms.admin(name)).isInstanceOf(InvalidValue.class);
        assertThatThrownBy(() -> KeyTerms.admin("n".repeat(129))).isInstanceOf(InvalidValue.class);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void readsARoleByItsWord(Role role) {
        assertThat(Role.parse(role.word())).isEqualTo(role);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Admin", "ADMIN", "root", "agent_launcher", "AGENT_LAUNCHER"})
    void readsNoOtherRole(String word) {
        assertThatThrownBy(() -> Role.parse(word))
                .isInstanceOf(InvalidValue.class)
                .hasMessageContaining("admin, operator, agent-launcher, auditor");
    }

    @Test
    void printsNoKey() {
        var key = given(issued(HASH, ADMIN)).keys().byId().values().iterator().next();

        assertThat(new IssuedKey(new ApiKeyView(ID, key, Optional.empty()), "osb_very_secret"))
                .asString()
                .doesNotContain("osb_very_secret");
    }
}
