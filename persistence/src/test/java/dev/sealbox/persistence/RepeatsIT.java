package dev.sealbox.persistence;

import static dev.sealbox.persistence.Told.done;
import static dev.sealbox.persistence.Told.told;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.checkpoint.CheckpointView;
import dev.sealbox.domain.checkpoint.NewFork;
import dev.sealbox.domain.checkpoint.Retention;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.repeat.Claim;
import dev.sealbox.domain.repeat.GivenAnswer;
import dev.sealbox.domain.repeat.RepeatKey;
import dev.sealbox.domain.sandbox.CheckpointKind;
import dev.sealbox.domain.sandbox.SandboxView;
import dev.sealbox.domain.store.NewStore;
import dev.sealbox.domain.store.StoreSummary;
import dev.sealbox.persistence.keys.MasterKeys;
import dev.sealbox.persistence.keys.SealedNotary;
import dev.sealbox.persistence.repeat.RememberedAnswers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked twice is done once, whatever happens in between. */
class RepeatsIT {
    private static final Origin ORIGIN = RestartIT.ORIGIN;
    private static final int AT_ONCE = 8;
    private static final NewFork FORK =
            new NewFork(Optional.empty(), 0, Map.of(), Map.of(), Optional.empty(), Optional.empty());

    @TempDir
    private static Path folder;

    private static TestNode node;

    @BeforeAll
    static void start() {
        node = TestNode.start(TestDatabase.fresh(), folder.resolve("master.json"), new RememberedHosts(), "");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    /** As after a restart: nothing is remembered but in the database. */
    private static RememberedAnswers opened() {
        var masters = MasterKeys.open(folder.resolve("master.json"), node.database);
        return new RememberedAnswers(node.database, SealedNotary.open(node.database, masters));
    }

    private static RepeatKey key() {
        return new RepeatKey(UUID.randomUUID().toString());
    }

    private static Claim claim(RememberedAnswers answers, RepeatKey key, String request) {
        return told(answers.claim(ORIGIN, key, request.getBytes(UTF_8)));
    }

    @Test
    void remembersTheFirstAnswerOverARestart() {
        var key = key();
        var first = claim(opened(), key, "a");
        var answer = new GivenAnswer(201, "{\"id\":\"1\"}");

        assertThat(claim(opened(), key, "a")).isEqualTo(first).isInstanceOf(Claim.Open.class);
        assertThat(told(opened().remember(ORIGIN, key, answer))).isEqualTo(answer);
        assertThat(told(opened().remember(ORIGIN, key, new GivenAnswer(409, "{}"))))
                .isEqualTo(answer);

        assertThat(claim(opened(), key, "a")).isEqualTo(new Claim.Answered(answer));
        assertThat(claim(opened(), key, "b")).isEqualTo(new Claim.OtherRequest());
    }

    @Test
    void keepsOrganisationsAndApiKeysApart() {
        var key = key();
        var mine = claim(opened(), key, "a");
        var theirs = new Origin(new OrganizationId("other"), ORIGIN.keyId(), "", "");
        var colleague = new Origin(ORIGIN.organization(), "key-2", "", "");

        assertThat(told(opened().claim(theirs, key, "b".getBytes(UTF_8))))
                .isInstanceOf(Claim.Open.class)
                .isNotEqualTo(mine);
        assertThat(told(opened().claim(colleague, key, "b".getBytes(UTF_8))))
                .isInstanceOf(Claim.Open.class)
                .isNotEqualTo(mine);
    }

    @Test
    void keepsNeitherKeysNorRequestsInTheClear() {
        claim(opened(), new RepeatKey("a-key-to-look-for"), "a-request-to-look-for");

        var rows = node.database.now("dump", connection -> {
            try (var query = connection.prepareStatement(
                            "SELECT string_agg(r::text || encode(key_hash, 'escape') || encode(request_hash, 'escape'), '')"
                                    + " FROM repeated_request r");
                    var found = query.executeQuery()) {
                found.next();
                return found.getString(1);
            }
        });

        assertThat(rows).isNotEmpty().doesNotContain("to-look-for");
    }

    @Test
    void forgetsAfterADay() {
        var answers = opened();
        var key = key();
        var old = claim(answers, key, "a");
        age();

        assertThat(claim(answers, key, "b")).isInstanceOf(Claim.Open.class).isNotEqualTo(old);
        age();
        assertThat(told(answers.sweep())).isPositive();
        assertThat(told(answers.sweep())).isZero();
    }

    private static void age() {
        node.database.now("make everything a day old", connection -> {
            try (var update = connection.prepareStatement(
                    "UPDATE repeated_request SET created_at = created_at - interval '25 hours'")) {
                return update.executeUpdate();
            }
        });
    }

    @Test
    void makesOneStoreOfManyRequestsWithOneId() {
        var id = new StoreId(UUID.randomUUID());
        var name = new StoreName("repeated");

        var all = IntStream.range(0, AT_ONCE)
                .mapToObj(each -> node.persistence.stores().create(ORIGIN, id, NewStore.of(name, List.of())))
                .toList()
                .stream()
                .map(Told::done)
                .map(StoreSummary::id)
                .collect(Collectors.toSet());

        assertThat(all).containsExactly(id);
        assertThat(told(node.persistence.stores().list(ORIGIN)))
                .filteredOn(store -> store.name().equals(name))
                .hasSize(1);
        assertThat(done(node.persistence.stores().create(ORIGIN, id, NewStore.of(name, List.of())))
                        .id())
                .isEqualTo(id);
    }

    @Test
    void makesOneSandboxOneCheckpointAndOneForkOfManyRequestsWithOneId() {
        done(node.persistence.stores().create(ORIGIN, new StoreName("for-sandboxes"), List.of()));
        var id = SandboxId.of(UUID.randomUUID());
        var sandboxes = node.persistence.sandboxes();
        var before = told(sandboxes.list(ORIGIN)).size();

        IntStream.range(0, AT_ONCE)
                .mapToObj(each -> sandboxes.create(ORIGIN, id, RestartIT.wanted("for-sandboxes")))
                .toList()
                .stream()
                .<SandboxView>map(Told::done)
                .forEach(view -> assertThat(view.status()).isEqualTo("running"));
        assertThat(told(sandboxes.list(ORIGIN))).hasSize(before + 1);

        var taken = new CheckpointId(UUID.randomUUID());
        var checkpoints = node.persistence.checkpoints();
        IntStream.range(0, AT_ONCE)
                .mapToObj(each -> checkpoints.create(ORIGIN, id, taken, "one", CheckpointKind.FULL, Retention.NONE))
                .toList()
                .stream()
                .<CheckpointView>map(Told::done)
                .forEach(view -> assertThat(view.id()).isEqualTo(taken));
        assertThat(done(checkpoints.list(ORIGIN, id))).hasSize(1);

        var fork = SandboxId.of(UUID.randomUUID());
        IntStream.range(0, AT_ONCE).mapToObj(each -> checkpoints.fork(ORIGIN, taken, fork, FORK)).toList().stream()
                .<SandboxView>map(Told::done)
                .forEach(view -> assertThat(view.id()).isEqualTo(fork));
        assertThat(told(sandboxes.list(ORIGIN))).hasSize(before + 2);
        done(sandboxes.stop(ORIGIN, fork, false));
        done(sandboxes.stop(ORIGIN, id, false));
        assertThat(told(sandboxes.list(ORIGIN))).hasSize(before);
    }
}
