package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.audit.AuditEntry;
import dev.sealbox.domain.audit.AuditHead;
import dev.sealbox.domain.audit.EventFilter;
import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.audit.Subject;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.persistence.audit.AuditSettings;
import dev.sealbox.persistence.audit.DatabaseAuditLog;
import dev.sealbox.persistence.database.DatabaseUnavailable;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.SealedNotary;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log while it is written: listing, heads, and what happens when it cannot be written. */
class AuditLogIT {
    private static final String VALUE = "a-plaintext-of-the-audit-test";

    @TempDir
    private static Path folder;

    private static RememberedHosts hosts;
    private static TestNode node;
    private static DatabaseAuditLog audit;

    @BeforeAll
    static void start() {
        hosts = new RememberedHosts();
        node = TestNode.start(
                TestDatabase.fresh(),
                folder.resolve("master.json"),
                hosts,
                "sealbox.persistence { ask-timeout = 15 s, audit { head-interval = 1 h, heads-file = \""
                        + folder.resolve("heads.log") + "\" } }");
        audit = DatabaseAuditLog.start(
                node.system,
                node.database,
                SealedNotary.open(node.database, MasterKeys.open(folder.resolve("master.json"), node.database)),
                AuditSettings.from(node.system.settings().config()));
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Origin origin(String organization) {
        return new Origin(new OrganizationId(organization), "key-of-" + organization, "127.0.0.1", "request-1");
    }

    private static StoreId create(Origin origin, String name) {
        return done(node.persistence.stores().create(origin, new StoreName(name), List.of()))
                .id();
    }

    private static void set(Origin origin, StoreId store, String name) {
        done(node.persistence.stores().set(origin, store, new SecretName(name), Plaintext.of(VALUE), List.of()));
    }

    private static NewSandbox wanted(String store) {
        return new NewSandbox(
                "base", Optional.of(new StoreName(store)), new Limits(1, 1024, 20480), 0, Map.of("A", "b"), Map.of());
    }

    private static List<AuditEntry> events(Origin origin, EventFilter filter) {
        return told(audit.events(origin.organization(), filter, 0, 1_000)).events();
    }

    private static void listed() {
        eventually(
                "all is listed",
                () -> number("SELECT count(*) FROM audit_event") == number("SELECT count(*) FROM event_journal"));
    }

    @Test
    void tellsWhoDidWhatFromWhereAndWhen() {
        var origin = origin("teller");
        var began = Instant.now();
        var store = create(origin, "creds");
        set(origin, store, "GIT_TOKEN");
        var sandbox = done(node.persistence.sandboxes().create(origin, wanted("creds")));
        listed();

        var all = events(origin, EventFilter.ALL);
        assertThat(all).extracting(AuditEntry::offset).isSorted().doesNotHaveDuplicates();
        assertThat(all)
                .extracting(AuditEntry::kind)
                .contains("organization.name-reserved", "store.created", "store.secret-set", "sandbox.tokens-sealed");
        assertThat(all).allSatisfy(entry -> {
            assertThat(entry.at()).isBetween(began.minusMillis(1), Instant.now());
            assertThat(entry.origin().organization()).isEqualTo(origin.organization());
            assertThat(entry.data()).doesNotContain(VALUE, "ciphertext", "osb_sealed_");
        });
        assertThat(events(origin, filter("secret-store:" + store, "store.secret-set", origin.keyId())))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.entity()).isEqualTo("secret-store:" + store);
                    assertThat(entry.sequence()).isEqualTo(2);
                    assertThat(entry.origin()).isEqualTo(origin);
                    assertThat(entry.data()).contains("\"GIT_TOKEN\"", "\"version\":1");
                });
        assertThat(events(origin, filter(sandbox.id().value(), "sandbox.*", "system")))
                .isNotEmpty();
        assertThat(events(origin, filter(store.toString(), "sandbox.*", origin.keyId())))
                .isEmpty();
        assertThat(events(origin("stranger"), filter(store.toString(), "store.*", origin.keyId())))
                .isEmpty();
        assertThat(number("SELECT count(*) FROM audit_event WHERE data::text LIKE '%osb_sealed_%'"))
                .isZero();
    }

    private static EventFilter filter(String entity, String kind, String actor) {
        return new EventFilter(
                Subject.parse(entity), Optional.of(kind), Optional.of(actor), Optional.empty(), Optional.empty());
    }

    @Test
    void tellsOfATimeAndInPages() {
        var origin = origin("pager");
        IntStream.range(0, 12).forEach(i -> create(origin, "store-" + i));
        listed();
        var all = events(origin, EventFilter.ALL);
        var middle = all.get(11).at();

        var paged = new ArrayList<AuditEntry>();
        for (var page = told(audit.events(origin.organization(), EventFilter.ALL, 0, 5));
                !page.events().isEmpty();
                page = told(audit.events(origin.organization(), EventFilter.ALL, page.next(), 5))) {
            assertThat(page.events()).hasSizeLessThanOrEqualTo(5);
            paged.addAll(page.events());
        }
        assertThat(paged).isEqualTo(all).hasSize(24);

        var from =
                new EventFilter(List.of(), Optional.empty(), Optional.empty(), Optional.of(middle), Optional.empty());
        var until =
                new EventFilter(List.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(middle));
        assertThat(events(origin, from)).allMatch(entry -> !entry.at().isBefore(middle));
        assertThat(events(origin, until)).allMatch(entry -> entry.at().isBefore(middle));
        assertThat(events(origin, from).size() + events(origin, until).size()).isEqualTo(24);
    }

    @Test
    void givesAFollowerEverythingOnceWhileManyWrite() {
        var origin = origin("followed");
        var store = create(origin, "creds");
        var busy = CompletableFuture.allOf(IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(() -> {
                    for (var j = 0; j < 8; j++) {
                        var other = create(origin, "store-" + i + "-" + j);
                        set(origin, other, "A");
                        set(origin, store, "S_" + i);
                        done(node.persistence.sandboxes().create(origin, wanted("store-" + i + "-" + j)));
                    }
                }))
                .toArray(CompletableFuture<?>[]::new));
        var seen = new ArrayList<AuditEntry>();
        var after = 0L;
        while (!busy.isDone() || seen.size() < number(mine(origin, "audit_event"))) {
            var page = told(audit.events(origin.organization(), EventFilter.ALL, after, 7));
            seen.addAll(page.events());
            after = page.next();
        }
        told(busy);
        listed();
        while (seen.size() < number(mine(origin, "audit_event"))) {
            var page = told(audit.events(origin.organization(), EventFilter.ALL, after, 7));
            seen.addAll(page.events());
            after = page.next();
        }
        assertThat(seen)
                .isEqualTo(told(audit.events(origin.organization(), EventFilter.ALL, 0, 10_000))
                        .events());
        assertThat(seen).extracting(AuditEntry::offset).isSorted().doesNotHaveDuplicates();
        assertThat(seen).hasSizeGreaterThan(200);
    }

    private static String mine(Origin origin, String table) {
        return "SELECT count(*) FROM " + table + " WHERE organization = '"
                + origin.organization().value() + "'";
    }

    @Test
    void headsAreSignedSoThatAnybodyCanCheckThem() throws Exception {
        create(origin("signer"), "creds");
        told(audit.anchored());
        var head = told(audit.heads(0, 1_000)).getLast();

        var pem = audit.publicKey().replaceAll("-----[A-Z ]+-----|\\s", "");
        var signature = Signature.getInstance("Ed25519");
        signature.initVerify(KeyFactory.getInstance("Ed25519")
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(pem))));
        signature.update(head.statement().getBytes(StandardCharsets.UTF_8));
        assertThat(signature.verify(Base64.getDecoder().decode(head.signature())))
                .isTrue();
        assertThat(Files.readAllLines(folder.resolve("heads.log")).getLast()).contains(head.hash(), head.signature());
    }

    @Test
    void noHeadIsWrittenOverNothing() {
        told(audit.anchored());
        var last = told(audit.heads(0, 1_000)).size();
        told(audit.anchored());
        assertThat(told(audit.heads(0, 1_000))).hasSize(last);
    }

    @Test
    void anEventThatIsCommittedLateIsInTheNextHead() throws SQLException {
        create(origin("punctual"), "first");
        told(audit.anchored());
        try (var late = node.database.connection()) {
            late.setAutoCommit(false);
            append(late, "secret-store|00000000-0000-4000-8000-000000000001", 1);
            create(origin("punctual"), "second");
            told(audit.anchored());
            var before = last();
            assertThat(before.upTo()).isEqualTo(number("SELECT max(ordering) FROM event_journal"));
            late.commit();
            late.setAutoCommit(true);
            told(audit.anchored());

            assertThat(last().number()).isEqualTo(before.number() + 1);
            assertThat(last().events()).isEqualTo(1);
            assertThat(last().upTo()).isEqualTo(before.upTo());
        }
        assertThat(number("SELECT count(*) FROM audit_unanchored")).isZero();
        assertThat(done(audit.verify(Scope.EVERYTHING)).findings()).isEmpty();
    }

    private static AuditHead last() {
        return told(audit.heads(0, 1_000)).getLast();
    }

    @Test
    void oneHeadIsWrittenHoweverManyTry() {
        told(audit.anchored());
        var before = told(audit.heads(0, 1_000)).size();
        create(origin("tried"), "first");
        var tries = IntStream.range(0, 6).mapToObj(i -> audit.anchored()).toList();
        tries.forEach(Told::told);
        assertThat(told(audit.heads(0, 1_000))).hasSize(before + 1);
        assertThat(done(audit.verify(Scope.EVERYTHING)).intact()).isTrue();
    }

    @Test
    void anEventWithoutItsPredecessorIsNotTaken() {
        assertThatThrownBy(() -> node.database.now("skip a number", connection -> {
                    append(connection, "secret-store|00000000-0000-4000-8000-000000000002", 2);
                    return 0;
                }))
                .isInstanceOf(DatabaseUnavailable.class)
                .rootCause()
                .hasMessageContaining(
                        "event 2 of secret-store|00000000-0000-4000-8000-000000000002 has no predecessor");
    }

    /** An event that changes nothing, as the journal would write it. */
    private static void append(Connection connection, String entity, long sequence) throws SQLException {
        try (var insert = connection.prepareStatement("""
                WITH added AS (
                  INSERT INTO event_journal (persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
                    event_ser_id, event_ser_manifest, event_payload)
                  VALUES (?, ?, '', 0, '', 71290, 'store.deleted.1', convert_to('{"event":{},"origin":{"organization":'
                    || '"late","keyId":"key-1","address":"","requestId":""},"at":"2026-11-23T12:34:56.789Z"}', 'UTF8'))
                  RETURNING ordering)
                INSERT INTO event_tag SELECT ordering, 'secret-store' FROM added""")) {
            insert.setString(1, entity);
            insert.setLong(2, sequence);
            insert.executeUpdate();
        }
    }

    @Test
    void nothingIsDoneThatCannotBeLogged() {
        var origin = origin("refused");
        var store = create(origin, "creds");
        set(origin, store, "KEPT");
        var started = hosts.started.size();
        var events = number("SELECT count(*) FROM event_journal");
        sql("CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN RAISE EXCEPTION 'no space left'; END $$");
        sql("CREATE TRIGGER full_disk BEFORE INSERT ON event_journal EXECUTE FUNCTION full_disk()");
        try {
            var stores = node.persistence.stores();
            var wishes = List.of(
                    stores.set(origin, store, new SecretName("KEPT"), Plaintext.of(VALUE), List.of()),
                    stores.set(origin, store, new SecretName("NEW"), Plaintext.of(VALUE), List.of()),
                    stores.deleteSecret(origin, store, new SecretName("KEPT")),
                    stores.create(origin, new StoreName("another"), List.of()),
                    node.persistence.sandboxes().create(origin, wanted("creds")));
            assertThat(wishes)
                    .allSatisfy(wish -> assertThatThrownBy(() -> told(wish))
                            .isInstanceOf(AssertionError.class)
                            .hasMessageContaining("Timeout"));
            assertThat(number("SELECT count(*) FROM event_journal")).isEqualTo(events);
            assertThat(hosts.started).hasSize(started);
        } finally {
            sql("DROP TRIGGER full_disk ON event_journal");
            sql("DROP FUNCTION full_disk()");
        }
        // What was there is there, with the value that it had; what was not acknowledged is not.
        assertThat(done(node.persistence.stores().secrets(origin, store)))
                .singleElement()
                .satisfies(secret -> assertThat(secret.version()).isEqualTo(1));
        done(node.persistence.sandboxes().create(origin, wanted("creds")));
        set(origin, store, "NEW");
        create(origin, "another");
        listed();
        told(audit.anchored());
        assertThat(done(audit.verify(Scope.EVERYTHING)).findings()).isEmpty();
    }

    private static void sql(String statement) {
        node.database.now("prepare", connection -> {
            try (var execution = connection.createStatement()) {
                return execution.execute(statement);
            }
        });
    }

    private static long number(String query) {
        return node.database.now("count", connection -> {
            try (var execution = connection.prepareStatement(query);
                    var rows = execution.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        });
    }
}
