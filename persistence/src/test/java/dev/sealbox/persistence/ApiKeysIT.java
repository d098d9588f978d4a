package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.refused;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.ApiKeyView;
import dev.sealbox.domain.organization.ApiKeys;
import dev.sealbox.domain.organization.ApiKeys.Holder;
import dev.sealbox.domain.organization.ApiKeys.Rejected;
import dev.sealbox.domain.organization.IssuedKey;
import dev.sealbox.domain.organization.KeyTerms;
import dev.sealbox.domain.organization.OrganizationRefusal;
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.domain.organization.Role;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.EntitySettings;
import dev.sealbox.persistence.service.ShardedApiKeys;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeysIT {
    @TempDir
    private static Path folder;

    private static TestNode node;
    private static ApiKeys elsewhere;

    private final OrganizationId organization = new OrganizationId("org-" + UUID.randomUUID());
    private final Origin origin = new Origin(organization, "key-of-operator", "127.0.0.1", "request-1");

    @BeforeAll
    static void start() {
        node = TestNode.start(TestDatabase.fresh(), folder.resolve("master.json"), new RememberedHosts(), "");
        // With a memory of its own, as on another node.
        elsewhere = ShardedApiKeys.start(
                node.system,
                new Entities(node.system, EntitySettings.from(ConfigFactory.load())),
                node.database,
                new SecureRandom(),
                Clock.systemUTC());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static ApiKeys keys() {
        return node.persistence.apiKeys();
    }

    private static Organizations organizations() {
        return node.persistence.organizations();
    }

    private IssuedKey issued(KeyTerms terms) {
        return done(keys().issue(origin, terms));
    }

    @Test
    void isShownOnceAndKeptAsAHash() {
        var stores = List.of(new StoreName("git"), new StoreName("npm"));
        var terms = new KeyTerms("ci", Role.AGENT_LAUNCHER, stores, Optional.empty());

        var issued = issued(terms);

        assertThat(issued.secret()).matches("osb_[A-Za-z0-9_-]{43}");
        assertThat(told(keys().authenticate(issued.secret())))
                .isEqualTo(new Holder(organization, issued.view().id(), Role.AGENT_LAUNCHER, stores));
        var listed = told(keys().list(origin));
        assertThat(listed).extracting(view -> view.key().terms()).containsExactly(terms);
        assertThat(listed.toString()).doesNotContain(issued.secret());
        assertThat(everythingKept()).contains(issued.view().id()).doesNotContain(issued.secret());
    }

    private static String everythingKept() {
        return node.database.now("dump", connection -> {
            try (var query = connection.prepareStatement("SELECT encode(event_payload, 'escape') FROM event_journal"
                            + " UNION ALL SELECT concat_ws(' ', o.*) FROM api_key_owner o");
                    var rows = query.executeQuery()) {
                var text = new StringBuilder();
                while (rows.next()) {
                    text.append(rows.getString(1)).append('\n');
                }
                return text.toString();
            }
        });
    }

    @Test
    void isRefusedEverywhereAsSoonAsItIsRevoked() {
        issued(KeyTerms.admin("root"));
        var key = issued(KeyTerms.admin("second"));
        assertThat(told(keys().authenticate(key.secret()))).isInstanceOf(Holder.class);
        assertThat(told(elsewhere.authenticate(key.secret()))).isInstanceOf(Holder.class);

        done(keys().revoke(origin, key.view().id()));

        assertThat(told(elsewhere.authenticate(key.secret()))).isEqualTo(Rejected.REVOKED);
        assertThat(told(keys().authenticate(key.secret()))).isEqualTo(Rejected.REVOKED);
        assertThat(told(keys().list(origin)))
                .extracting(view -> view.key().revokedAt().isPresent())
                .containsExactly(false, true);
        done(keys().revoke(origin, key.view().id()));
    }

    @Test
    void endsAtItsExpiry() {
        issued(KeyTerms.admin("root"));
        // Long enough for a look at it while it is valid, which on a busy machine takes its time.
        for (var seconds = 2; ; seconds *= 2) {
            var soon = Instant.now().plusSeconds(seconds);
            var key = told(keys().issue(origin, new KeyTerms("short", Role.OPERATOR, List.of(), Optional.of(soon))));
            if (key instanceof Outcome.Done<IssuedKey>(var issued)) {
                var first = told(keys().authenticate(issued.secret()));
                eventually("the key expires", () -> told(keys().authenticate(issued.secret())) == Rejected.EXPIRED);
                assertThat(Instant.now()).isAfterOrEqualTo(soon);
                if (first instanceof Holder) {
                    return;
                }
                assertThat(first).isEqualTo(Rejected.EXPIRED);
            }
            assertThat(seconds).as("seconds that were too short").isLessThan(60);
        }
    }

    @Test
    void isNobodysWhenItIsUnknown() {
        assertThat(told(keys().authenticate("osb_guess"))).isEqualTo(Rejected.UNKNOWN);
        assertThat(told(keys().authenticate(""))).isEqualTo(Rejected.UNKNOWN);
        assertThat(told(keys().authenticate("\u00e4\u0000".repeat(1000)))).isEqualTo(Rejected.UNKNOWN);
    }

    @Test
    void tellsRoughlyWhenItWasUsed() {
        var key = issued(KeyTerms.admin("root"));
        var before = Instant.now().minusSeconds(1);
        assertThat(told(keys().list(origin))).extracting(ApiKeyView::lastUsedAt).containsExactly(Optional.empty());

        for (var i = 0; i < 50; i++) {
            told(keys().authenticate(key.secret()));
        }

        eventually(
                "the use is noted",
                () -> told(keys().list(origin)).stream()
                        .allMatch(view -> view.lastUsedAt().isPresent()));
        assertThat(told(keys().list(origin)).getFirst().lastUsedAt().orElseThrow())
                .isBetween(before, Instant.now());
    }

    @Test
    void staysRevokedWhenTheConfigurationNamesItAtTheNextStart() {
        var bootstrap = "osb_bootstrap_of_" + organization;
        told(keys().issue(organization, "bootstrap", bootstrap));
        var other = issued(KeyTerms.admin("other"));
        var holder = (Holder) told(keys().authenticate(bootstrap));
        assertThat(holder.role()).isEqualTo(Role.ADMIN);

        assertThat(done(keys().revoke(origin, holder.keyId()))).isNotNull();
        told(keys().issue(organization, "bootstrap", bootstrap));

        assertThat(told(keys().authenticate(bootstrap))).isEqualTo(Rejected.REVOKED);
        assertThat(refused(keys().revoke(origin, other.view().id()))).isEqualTo(new OrganizationRefusal.LastAdminKey());
    }

    @Test
    void isNotAnotherOrganisationsToSeeOrRevoke() {
        var key = issued(KeyTerms.admin("root"));
        issued(KeyTerms.admin("second"));
        var stranger = new Origin(new OrganizationId("org-" + UUID.randomUUID()), "key-x", "127.0.0.1", "r");

        assertThat(told(keys().list(stranger))).isEmpty();
        assertThat(refused(keys().revoke(stranger, key.view().id()))).isEqualTo(new OrganizationRefusal.NoSuchApiKey());
        assertThat(told(keys().authenticate(key.secret()))).isInstanceOf(Holder.class);
    }

    @Test
    void comesWithANewOrganisation() {
        var first = done(organizations().create(origin));

        assertThat(told(keys().authenticate(first.secret())))
                .isEqualTo(new Holder(organization, first.view().id(), Role.ADMIN, List.of()));
        assertThat(told(organizations().list()))
                .extracting(Organizations.Summary::id)
                .contains(organization);
        assertThat(refused(organizations().create(origin))).isEqualTo(new OrganizationRefusal.OrganizationExists());
        assertThat(told(keys().list(origin))).hasSize(1);
    }
}
