package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.eventually;
import static dev.sealbox.persistence.Told.refused;
import static dev.sealbox.persistence.Told.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.checkpoint.CheckpointEvent;
import dev.sealbox.domain.checkpoint.Contents;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.domain.organization.WebhookTerms;
import dev.sealbox.domain.preview.PreviewAddress;
import dev.sealbox.domain.sandbox.Blueprint;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.SandboxEvent;
import dev.sealbox.domain.webhook.Caller;
import dev.sealbox.domain.webhook.Delivery;
import dev.sealbox.domain.webhook.EventFilter;
import dev.sealbox.domain.webhook.NewWebhook;
import dev.sealbox.domain.webhook.Retries;
import dev.sealbox.domain.webhook.SigningSecret;
import dev.sealbox.domain.webhook.WebhookChange;
import dev.sealbox.domain.webhook.WebhookId;
import dev.sealbox.domain.webhook.WebhookRefusal;
import dev.sealbox.domain.webhook.WebhookUrl;
import dev.sealbox.domain.webhook.WebhookView;
import dev.sealbox.domain.webhook.Webhooks;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.WebhookSecrets;
import dev.sealbox.persistence.projection.Fact;
import dev.sealbox.persistence.webhook.DatabaseWebhooks;
import dev.sealbox.persistence.webhook.Deliveries;
import dev.sealbox.persistence.webhook.Outbox;
import dev.sealbox.persistence.webhook.WebhookSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks of several organisations in a real database; each test has an organisation of its own. */
class WebhooksIT {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final AtomicLong ORDERING = new AtomicLong();
    private static final AtomicInteger ORGANIZATIONS = new AtomicInteger();
    private static final WebhookSettings SETTINGS = new WebhookSettings(
            3,
            new Retries(Duration.ofMillis(50), Duration.ofMillis(200), 3),
            Duration.ofDays(7),
            Duration.ofMillis(20),
            8,
            4);

    private static final Blueprint PLAN = new Blueprint(
            "base",
            Optional.empty(),
            List.of(),
            new Limits(1, 1024, 20480),
            0,
            Map.of("TOKEN", "plain-env"),
            Map.of("owner", "me"));

    @TempDir
    private static Path folder;

    private static Database database;
    private static WebhookSecrets secrets;

    private final OrganizationId acme = new OrganizationId("acme-" + ORGANIZATIONS.incrementAndGet());
    private final Endpoints endpoints = new Endpoints();
    private final List<Deliveries> nodes = new ArrayList<>();
    private final List<OrganizationCommand> noted = new CopyOnWriteArrayList<>();
    private final AtomicBoolean failing = new AtomicBoolean();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile CompletableFuture<Unit> gate = CompletableFuture.completedFuture(Unit.DONE);
    private DatabaseWebhooks webhooks;

    private static Origin by(OrganizationId organization) {
        return Origin.system(organization);
    }

    /** What was posted, and what is answered: 500 for paths that begin with /down, never for /hang. */
    private static final class Endpoints implements Caller {
        private record Call(WebhookUrl url, Map<String, String> headers, String body) {}

        private final List<Call> calls = new CopyOnWriteArrayList<>();
        private final CountDownLatch never = new CountDownLatch(1);

        @Override
        public boolean forbids(WebhookUrl url) {
            return url.host().value().equals("10.0.0.1");
        }

        @Override
        public Reply post(WebhookUrl url, Map<String, String> headers, byte[] body) throws InterruptedException {
            calls.add(new Call(url, headers, new String(body, StandardCharsets.UTF_8)));
            if (url.target().startsWith("/hang")) {
                never.await();
            }
            return new Reply.Answered(url.target().startsWith("/down") ? 500 : 200);
        }

        List<Call> to(WebhookView webhook) {
            return calls.stream()
                    .filter(call -> call.url().equals(webhook.url()))
                    .toList();
        }
    }

    @BeforeAll
    static void open() {
        database = Database.open(TestDatabase.fresh());
        secrets = new WebhookSecrets(MasterKeys.open(folder.resolve("master.json"), database));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void begin() {
        webhooks = new DatabaseWebhooks(
                database,
                secrets,
                endpoints,
                (origin, what) -> {
                    if (failing.get()) {
                        return CompletableFuture.failedFuture(new IllegalStateException("the log cannot be written"));
                    }
                    asked.incrementAndGet();
                    return gate.thenAccept(open -> noted.add(what));
                },
                SETTINGS);
    }

    /** What one test leaves waiting is not the next one's. */
    @AfterEach
    void forget() {
        nodes.forEach(Deliveries::close);
        execute("DELETE FROM webhook");
    }

    private static NewWebhook wanted(String path, String... types) {
        return new NewWebhook(
                WebhookUrl.parse("https://hooks.test" + path),
                Optional.empty(),
                Optional.empty(),
                EventFilter.parse(List.of(types)),
                Optional.empty(),
                true);
    }

    private static NewWebhook of(SandboxId sandbox, NewWebhook wanted) {
        return new NewWebhook(
                wanted.url(), wanted.name(), wanted.secret(), wanted.events(), Optional.of(sandbox), wanted.enabled());
    }

    private Webhooks.Made create(NewWebhook wanted) {
        return done(webhooks.create(by(acme), WebhookId.of(UUID.randomUUID()), wanted));
    }

    private static SandboxId sandbox() {
        return SandboxId.of(UUID.randomUUID());
    }

    private static Fact fact(OrganizationId organization, String entity, Object event) {
        var number = ORDERING.incrementAndGet();
        return new Fact(number, entity, number, new Recorded<>(event, Origin.system(organization), NOON));
    }

    private static List<Fact> life(OrganizationId organization, SandboxId sandbox) {
        return List.of(
                fact(organization, "sandbox|" + sandbox, new SandboxEvent.SandboxCreated(PLAN)),
                fact(organization, "sandbox|" + sandbox, new SandboxEvent.SandboxStarted()),
                fact(organization, "sandbox|" + sandbox, new SandboxEvent.SandboxStopped()));
    }

    private static void take(List<Fact> facts) throws SQLException {
        try (var connection = database.connection()) {
            new Outbox(new PreviewAddress("https", "previews.test")).take(connection, facts);
        }
    }

    /** As one more node would, until the test is over. */
    private void deliver() {
        nodes.add(Deliveries.start(database, secrets, endpoints, SETTINGS));
    }

    private List<Delivery> deliveries(WebhookView webhook) {
        return done(webhooks.deliveries(acme, webhook.id()));
    }

    private static String signed(SigningSecret secret, Endpoints.Call call) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.key(), "HmacSHA256"));
        var text = call.headers().get("svix-id") + "." + call.headers().get("svix-timestamp") + "." + call.body();
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void tellsEachWhatItListensToOnceAndSigned() throws SQLException, GeneralSecurityException {
        var box = sandbox();
        var all = create(wanted("/all"));
        var stops = create(wanted("/stops", "sandbox.stopped")).view();
        var own = create(of(box, wanted("/own"))).view();
        var others = create(of(sandbox(), wanted("/others"))).view();
        var foreign = done(webhooks.create(
                by(new OrganizationId(acme + "-rival")), WebhookId.of(UUID.randomUUID()), wanted("/foreign")));
        var life = life(acme, box);

        take(life);
        take(life);
        deliver();
        eventually("all is told", () -> endpoints.calls.size() == 7);
        eventually(
                "it is noted down",
                () -> deliveries(all.view()).stream()
                        .allMatch(delivery -> delivery.status() == Delivery.Status.SUCCESS));

        assertThat(endpoints.to(all.view())).hasSize(3);
        assertThat(endpoints.to(own)).hasSize(3);
        assertThat(endpoints.to(others)).isEmpty();
        assertThat(endpoints.to(foreign.view())).isEmpty();
        var stop = endpoints.to(stops).getFirst();
        var message = stop.headers().get("svix-id");
        assertThat(stop.body())
                .contains("\"type\":\"sandbox.stopped\"", "\"reason\":\"user_requested\"")
                .contains("\"sandboxId\":\"" + box + "\"", "\"orgId\":\"" + acme + "\"")
                .contains("\"ts\":\"2026-11-23T12:00:00Z\"");
        assertThat(done(webhooks.message(
                                acme, stops.id(), deliveries(stops).getFirst().message()))
                        .payload())
                .isEqualTo(stop.body());
        assertThat(deliveries(stops).getFirst().message().value()).isEqualTo(message);
        for (var call : endpoints.to(all.view())) {
            assertThat(call.headers().get("svix-signature"))
                    .isEqualTo(signed(all.secret().orElseThrow(), call));
            assertThat(call.body()).doesNotContain("plain-env", "owner");
        }
    }

    @Test
    void tellsOfCheckpointsAndForks() throws SQLException {
        var webhook = create(wanted("/checkpoints", "sandbox.checkpoint.*", "sandbox.forked"))
                .view();
        var source = sandbox();
        var fork = sandbox();
        var entity = "checkpoint|" + UUID.randomUUID();
        take(List.of(
                fact(
                        acme,
                        entity,
                        new CheckpointEvent.CheckpointRequested(
                                source,
                                "c",
                                CheckpointKind.DISK_ONLY,
                                new Contents(PLAN, new HostId("host-1"), List.of(), List.of(), Map.of()))),
                fact(acme, entity, new CheckpointEvent.CheckpointReady(1, false)),
                fact(acme, entity, new CheckpointEvent.CheckpointForked(fork))));

        deliver();
        eventually("both are told", () -> endpoints.to(webhook).size() == 2);

        assertThat(endpoints.to(webhook))
                .anyMatch(call -> call.body().contains("sandbox.checkpoint.created")
                        && call.body().contains("\"sandboxId\":\"" + source + "\""))
                .anyMatch(call -> call.body().contains("sandbox.forked")
                        && call.body().contains("\"sandboxId\":\"" + fork + "\"")
                        && call.body().contains("\"parentId\":\"" + source + "\""));
    }

    @Test
    void triesAgainUnderTheSameIdAndGivesUp() throws SQLException {
        var webhook = create(wanted("/down", "sandbox.stopped")).view();
        take(life(acme, sandbox()));

        deliver();
        eventually("it is given up", () -> deliveries(webhook).size() == 3);
        assertThat(endpoints.to(webhook)).hasSize(3);
        assertThat(endpoints.to(webhook).stream()
                        .map(call -> call.headers().get("svix-id"))
                        .distinct())
                .hasSize(1);
        assertThat(deliveries(webhook))
                .allMatch(delivery -> delivery.status() == Delivery.Status.FAILED
                        && delivery.responseStatus().equals(Optional.of(500)));

        done(webhooks.redeliver(
                acme, webhook.id(), deliveries(webhook).getFirst().message()));

        eventually("it is tried again", () -> endpoints.to(webhook).size() > 3);
        assertThat(endpoints.to(webhook).stream()
                        .map(call -> call.headers().get("svix-id"))
                        .distinct())
                .hasSize(1);
    }

    @Test
    void isNotHeldUpByAnEndpointThatHangs() throws SQLException {
        var hanging = create(wanted("/hang")).view();
        var other = create(wanted("/up")).view();
        for (var i = 0; i < 5; i++) {
            take(life(acme, sandbox()));
        }

        deliver();
        eventually("the other one has all", () -> endpoints.to(other).size() == 15);
        eventually("the hanging one is called", () -> endpoints.to(hanging).size() == 1);
        assertThat(deliveries(hanging)).hasSize(15).allMatch(delivery -> delivery.status() == Delivery.Status.PENDING);
    }

    @Test
    void losesNothingWhenANodeDies() throws SQLException {
        var webhook = create(wanted("/up", "sandbox.stopped")).view();
        take(life(acme, sandbox()));
        // As a node leaves it that was killed in a call: claimed, and nothing noted down.
        execute("UPDATE webhook SET claim = gen_random_uuid(), claimed_until = now() + interval '1 hour' WHERE id = '"
                + webhook.id() + "'");
        var other = create(wanted("/other")).view();
        done(webhooks.test(acme, other.id()));

        deliver();
        deliver();
        eventually("they look for what is due", () -> endpoints.to(other).size() == 1);
        assertThat(endpoints.to(webhook)).isEmpty();
        execute("UPDATE webhook SET claimed_until = now() WHERE id = '" + webhook.id() + "'");
        eventually(
                "another one takes over",
                () -> deliveries(webhook).stream().anyMatch(delivery -> delivery.status() == Delivery.Status.SUCCESS));
        assertThat(endpoints.to(webhook)).hasSize(1);
    }

    @Test
    void signsWithTheFormerSecretForAWhile() throws SQLException, GeneralSecurityException {
        var made = create(wanted("/up", "sandbox.stopped"));
        var change = new WebhookChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), true);
        var fresh = done(webhooks.change(by(acme), made.view().id(), change))
                .secret()
                .orElseThrow();
        assertThat(done(webhooks.secret(acme, made.view().id()))).isEqualTo(fresh);
        take(life(acme, sandbox()));

        deliver();
        eventually("it is told", () -> endpoints.to(made.view()).size() == 1);

        var call = endpoints.to(made.view()).getFirst();
        assertThat(call.headers().get("svix-signature"))
                .isEqualTo(signed(fresh, call) + " " + signed(made.secret().orElseThrow(), call));
    }

    @Test
    void notesWhoDoesWhatAndDoesNothingUnnoted() {
        var made = create(wanted("/hidden", "sandbox.stopped"));
        var id = made.view().id();
        done(webhooks.change(
                by(acme),
                id,
                new WebhookChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(false), true)));
        // What changes nothing is nothing to note.
        done(webhooks.change(
                by(acme),
                id,
                new WebhookChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(false), false)));
        refused(webhooks.delete(by(acme), WebhookId.of(UUID.randomUUID())));
        var terms = new WebhookTerms("hooks.test", List.of("sandbox.stopped"), Optional.empty(), true);
        var paused = new WebhookTerms("hooks.test", List.of("sandbox.stopped"), Optional.empty(), false);
        assertThat(noted)
                .containsExactly(
                        new OrganizationCommand.NoteWebhook(id, terms, true, true),
                        new OrganizationCommand.NoteWebhook(id, paused, false, true));

        failing.set(true);
        assertThatThrownBy(() ->
                        webhooks.delete(by(acme), id).toCompletableFuture().join())
                .hasRootCauseMessage("the log cannot be written");
        assertThatThrownBy(() -> create(wanted("/more"))).hasRootCauseMessage("the log cannot be written");
        failing.set(false);
        assertThat(webhooks.list(acme).toCompletableFuture().join())
                .extracting(WebhookView::id)
                .containsExactly(id);
        done(webhooks.delete(by(acme), id));
        assertThat(noted).endsWith(new OrganizationCommand.NoteWebhookDeleted(id));
    }

    /** Else an organisation whose log is slow would have all connections, and those of others with them. */
    @Test
    void holdsNoConnectionWhileItIsNoted() {
        gate = new CompletableFuture<>();
        var creates = IntStream.range(0, TestDatabase.CONNECTIONS + 2)
                .mapToObj(i -> webhooks.create(by(acme), WebhookId.of(UUID.randomUUID()), wanted("/" + i)))
                .toList();
        eventually("all wait for the log", () -> asked.get() == creates.size());

        assertThat(told(webhooks.list(acme))).as("nothing is done before").isEmpty();

        gate.complete(Unit.DONE);
        assertThat(creates.stream().map(Told::told))
                .as("together they keep to the limit")
                .filteredOn(Outcome.Done.class::isInstance)
                .hasSize(SETTINGS.most());
        assertThat(told(webhooks.list(acme))).hasSize(SETTINGS.most());
    }

    @Test
    void losesNoChangeThatIsMadeAtTheSameTimeAndNotesWhatThereIsInTheEnd() {
        var id = create(wanted("/one")).view().id();
        gate = new CompletableFuture<>();
        var paused = webhooks.change(
                by(acme),
                id,
                new WebhookChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(false), false));
        var moved = webhooks.change(
                by(acme),
                id,
                new WebhookChange(
                        Optional.of(WebhookUrl.parse("https://moved.test/one")),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false));
        eventually("both wait for the log", () -> asked.get() == 3);

        gate.complete(Unit.DONE);
        done(paused);
        done(moved);

        var view = done(webhooks.read(acme, id));
        assertThat(view.enabled()).isFalse();
        assertThat(view.url()).isEqualTo(WebhookUrl.parse("https://moved.test/one"));
        assertThat(noted).endsWith(new OrganizationCommand.NoteWebhook(id, WebhookTerms.of(view), false, false));
    }

    @Test
    void sendsNothingForWhatIsPausedOrGone() throws SQLException {
        var paused = create(wanted("/paused")).view();
        var gone = create(wanted("/gone")).view();
        take(life(acme, sandbox()));
        done(webhooks.change(
                by(acme),
                paused.id(),
                new WebhookChange(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(false), false)));
        done(webhooks.delete(by(acme), gone.id()));
        take(life(acme, sandbox()));
        var marker = create(wanted("/marker")).view();
        var sample = done(webhooks.test(acme, marker.id()));

        deliver();
        eventually("the marker is told", () -> endpoints.to(marker).size() == 1);

        assertThat(endpoints.calls).hasSize(1);
        assertThat(endpoints.calls.getFirst().headers().get("svix-id"))
                .isEqualTo(sample.message().value());
        assertThat(deliveries(paused)).hasSize(3);
        assertThat(refused(webhooks.deliveries(acme, gone.id()))).isEqualTo(new WebhookRefusal.NoSuchWebhook());
        assertThat(refused(webhooks.test(acme, paused.id()))).isEqualTo(new WebhookRefusal.Disabled());
    }

    @Test
    void keepsSecretsOutOfTheTables() {
        var made = create(wanted("/up"));
        var secret = made.secret().orElseThrow().text();

        var row = database.now("read a row", connection -> {
            try (var rows = connection
                    .createStatement()
                    .executeQuery("SELECT w::text || encode(wrapped, 'escape') FROM webhook w WHERE id = '"
                            + made.view().id() + "'")) {
                rows.next();
                return rows.getString(1);
            }
        });

        assertThat(row).contains("https://hooks.test/up").doesNotContain(secret, secret.substring(6, 20));
        execute("UPDATE webhook SET organization = '" + acme + "-moved' WHERE id = '"
                + made.view().id() + "'");
        assertThat(webhooks.secret(
                                new OrganizationId(acme + "-moved"), made.view().id())
                        .toCompletableFuture())
                .as("a row that was moved")
                .failsWithin(Duration.ofMinutes(1));
    }

    @Test
    void refusesTooManyAndPrivateAddresses() {
        for (var i = 0; i < SETTINGS.most(); i++) {
            create(wanted("/" + i));
        }
        var id = WebhookId.of(UUID.randomUUID());
        var box = sandbox();
        var first = done(webhooks.create(by(acme), id, of(box, wanted("/own"))));
        for (var i = 1; i < Webhooks.MOST_OF_A_SANDBOX; i++) {
            create(of(box, wanted("/own" + i)));
        }

        assertThat(refused(webhooks.create(by(acme), WebhookId.of(UUID.randomUUID()), wanted("/more"))))
                .isEqualTo(new WebhookRefusal.TooManyWebhooks(3));
        assertThat(refused(webhooks.create(by(acme), WebhookId.of(UUID.randomUUID()), of(box, wanted("/more")))))
                .isEqualTo(new WebhookRefusal.TooManyWebhooks(Webhooks.MOST_OF_A_SANDBOX));
        var repeat = done(webhooks.create(by(acme), id, of(box, wanted("/own"))));
        assertThat(repeat.view()).isEqualTo(first.view());
        assertThat(repeat.secret()).isEmpty();
        var inside = new NewWebhook(
                WebhookUrl.parse("https://10.0.0.1/"),
                Optional.empty(),
                Optional.empty(),
                EventFilter.ALL,
                Optional.empty(),
                true);
        assertThat(refused(
                        webhooks.create(by(new OrganizationId(acme + "-b")), WebhookId.of(UUID.randomUUID()), inside)))
                .isEqualTo(new WebhookRefusal.ForbiddenAddress());
        assertThat(refused(webhooks.change(
                        by(acme),
                        id,
                        new WebhookChange(
                                Optional.of(inside.url()),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                false))))
                .isEqualTo(new WebhookRefusal.ForbiddenAddress());
    }

    @Test
    void showsNothingToOthers() {
        var rival = new OrganizationId(acme + "-rival");
        var id = create(wanted("/up")).view().id();
        var message = done(webhooks.test(acme, id)).message();
        var nothing = new WebhookRefusal.NoSuchWebhook();

        assertThat(told(webhooks.list(rival))).isEmpty();
        assertThat(refused(webhooks.read(rival, id))).isEqualTo(nothing);
        assertThat(refused(webhooks.secret(rival, id))).isEqualTo(nothing);
        assertThat(refused(webhooks.test(rival, id))).isEqualTo(nothing);
        assertThat(refused(webhooks.deliveries(rival, id))).isEqualTo(nothing);
        assertThat(refused(webhooks.message(rival, id, message))).isEqualTo(nothing);
        assertThat(refused(webhooks.redeliver(rival, id, message))).isEqualTo(nothing);
        assertThat(refused(webhooks.delete(by(rival), id))).isEqualTo(nothing);
        assertThat(refused(webhooks.message(acme, create(wanted("/two")).view().id(), message)))
                .isEqualTo(new WebhookRefusal.NoSuchDelivery());
    }

    @Test
    void forgetsWhatIsOld() throws SQLException {
        var box = sandbox();
        var own = create(of(box, wanted("/own"))).view();
        var kept = create(wanted("/kept")).view();
        take(life(acme, box));
        execute("UPDATE webhook_message SET created_at = now() - interval '8 days', due_at = NULL WHERE webhook IN ('"
                + own.id() + "', '" + kept.id() + "')");
        execute("UPDATE webhook SET created_at = now() - interval '8 days' WHERE organization = '" + acme + "'");
        assertThat(deliveries(kept)).isEmpty();

        deliver();
        eventually(
                "the sandbox's own is gone with the sandbox",
                () -> told(webhooks.list(acme)).size() == 1);

        assertThat(told(webhooks.list(acme))).extracting(WebhookView::id).containsExactly(kept.id());
    }

    private static void execute(String sql) {
        database.now("change what stands there", connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute(sql);
            }
        });
    }
}
