package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.audit.AuditAnswers;
import dev.sealbox.domain.audit.AuditAnswers.Happening;
import dev.sealbox.domain.audit.AuditRefusal;
import dev.sealbox.domain.audit.Difference;
import dev.sealbox.domain.audit.Moment;
import dev.sealbox.domain.audit.Portraits;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.persistence.projection.Fact;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subjects at moments, from the events of a real journal. */
class ReplayIT {
    private static final Origin ORIGIN = new Origin(new OrganizationId("acme"), "key-1", "127.0.0.1", "request-1");
    private static final Scope ACME = Scope.of(ORIGIN.organization());
    private static final SecretName TOKEN = new SecretName("TOKEN");
    private static final String VALUE = "a-plaintext-that-no-portrait-shows";
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @TempDir
    private Path folder;

    private TestNode node;
    private AuditAnswers answers;

    @BeforeEach
    void start() {
        node = TestNode.start(TestDatabase.fresh(), folder.resolve("master.json"), new RememberedHosts(), "");
        answers = node.persistence.answers();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void rebuildsWhatWasAndSaysWhatChanged() {
        var stores = node.persistence.stores();
        var store = done(stores.create(ORIGIN, new StoreName("creds"), hosts("a.test")))
                .id();
        done(stores.set(ORIGIN, store, TOKEN, Plaintext.of(VALUE), hosts("a.test")));
        var sandbox = done(node.persistence.sandboxes().create(ORIGIN, RestartIT.wanted("creds")))
                .id();
        done(stores.update(ORIGIN, store, Optional.empty(), Optional.of(hosts("*"))));
        var meant = List.<Subject>of(new Subject.OfStore(store));

        var first = done(answers.replay(ACME, meant, new Moment.Sequence(1)));
        assertThat(first.state())
                .containsEntry("secrets", Map.of())
                .containsEntry("egressAllowlist", List.of("a.test"));
        var now = done(answers.replay(ACME, meant, new Moment.At(Instant.now().plusSeconds(60))));
        assertThat(now.state()).containsEntry("egressAllowlist", List.of("*"));
        assertThat(now.state().get("boundSandboxes")).isEqualTo(Map.of(sandbox.value(), "bound"));

        var compared = done(answers.compare(ACME, meant, new Moment.Sequence(2), new Moment.Sequence(now.sequence())));
        assertThat(compared.differences())
                .extracting(Difference::pointer)
                .contains("/egressAllowlist", "/boundSandboxes/" + sandbox)
                .doesNotContain("/name", "/secrets/TOKEN/version");
        assertThat(compared.events())
                .extracting(Happening::kind)
                .contains("store.sandbox-bound", "store.allowlist-changed");
        assertThat(compared.omitted()).isZero();

        var it = done(answers.replay(ACME, List.of(new Subject.OfSandbox(sandbox)), new Moment.At(Instant.now())));
        assertThat(it.state()).containsEntry("stage", "running");
        assertThat(it.state().get("tokens")).isEqualTo(Map.of("own", Map.of("TOKEN", 1), "inherited", Map.of()));
        var organization = done(answers.replay(
                ACME, List.of(new Subject.OfOrganization(ORIGIN.organization())), new Moment.At(Instant.now())));
        assertThat(organization.state()).extractingByKey("storeNames").isEqualTo(Map.of("creds", store.toString()));
        assertThat(List.of(first, now, compared, it, organization).toString())
                .doesNotContain(VALUE, "osb_sealed_", "ciphertext");
    }

    @Test
    void tellsNothingOfWhatIsNotTheAskers() {
        var store = done(node.persistence.stores().create(ORIGIN, new StoreName("mine"), List.of()))
                .id();
        var meant = List.<Subject>of(new Subject.OfStore(store));
        var other = Scope.of(new OrganizationId("other"));

        assertThat(refused(answers.replay(other, meant, new Moment.Sequence(1))))
                .isEqualTo(new AuditRefusal.NoSuchSubject());
        assertThat(refused(answers.replay(ACME, Subject.parse(UUID.randomUUID().toString()), new Moment.Sequence(1))))
                .isEqualTo(new AuditRefusal.NoSuchSubject());
        assertThat(done(answers.replay(Scope.EVERYTHING, meant, new Moment.Sequence(1)))
                        .state())
                .containsEntry("name", "mine");
        assertThat(refused(answers.replay(ACME, meant, new Moment.At(START))))
                .isInstanceOf(AuditRefusal.BeforeFirstEvent.class);
        assertThat(refused(answers.replay(ACME, meant, new Moment.Sequence(9))))
                .isEqualTo(new AuditRefusal.NotReached(1));
    }

    @Test
    void answersAboutLongHistoriesSoon() {
        var store = new StoreId(UUID.randomUUID());
        var facts = new ArrayList<Fact>();
        note(facts, store, new StoreEvent.StoreCreated(new StoreName("long"), List.of()));
        var replaced = new HashMap<SecretName, KeyId>();
        for (var i = 0; facts.size() < 10_000; i++) {
            var name = new SecretName("NAME_" + i % 200);
            var value = new Encrypted(new KeyId(UUID.randomUUID()), "A".repeat(200));
            note(facts, store, new StoreEvent.SecretSet(name, UUID.randomUUID(), 1 + i / 200, value, List.of()));
            Optional.ofNullable(replaced.put(name, value.key()))
                    .ifPresent(key -> note(facts, store, new StoreEvent.KeysShredded(Set.of(key))));
        }
        Journals.write(node.database, facts);
        var meant = List.<Subject>of(new Subject.OfStore(store));
        var expected = SecretStore.ABSENT;
        for (var fact : facts.subList(0, 7_001)) {
            var recorded = fact.recorded();
            expected = expected.apply(new Recorded<>((StoreEvent) recorded.event(), recorded.origin(), recorded.at()));
        }

        var began = System.nanoTime();
        var at = done(answers.replay(ACME, meant, new Moment.At(START.plusMillis(7_000))));
        var took = Duration.ofNanos(System.nanoTime() - began);
        assertThat(at.sequence()).isEqualTo(7_001);
        assertThat(at.state()).isEqualTo(Portraits.of(store, expected));

        began = System.nanoTime();
        var compared = done(answers.compare(ACME, meant, new Moment.Sequence(1), new Moment.Sequence(10_000)));
        var comparing = Duration.ofNanos(System.nanoTime() - began);
        assertThat(compared.events()).hasSize(1_000);
        assertThat(compared.omitted()).isEqualTo(8_999);
        assertThat(refused(answers.compare(ACME, meant, new Moment.Sequence(10), new Moment.At(START))))
                .isEqualTo(new AuditRefusal.Backwards());
        System.out.println("replay of 7,001 events: " + took + ", comparison over 10,000: " + comparing);
        assertThat(took.plus(comparing)).isLessThan(Duration.ofSeconds(20));
    }

    private static void note(List<Fact> facts, StoreId store, StoreEvent event) {
        var number = facts.size();
        facts.add(new Fact(
                0, "secret-store|" + store, number + 1, new Recorded<>(event, ORIGIN, START.plusMillis(number))));
    }

    private static List<HostPattern> hosts(String... patterns) {
        return HostPattern.parseAll(List.of(patterns));
    }
}
