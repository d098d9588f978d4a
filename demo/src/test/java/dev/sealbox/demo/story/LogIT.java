package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sealbox.client.AuditAnswers.Change;
import dev.sealbox.client.AuditAnswers.Event;
import dev.sealbox.client.AuditAnswers.Finding;
import dev.sealbox.client.AuditAnswers.Layer;
import dev.sealbox.client.AuditAnswers.WhoCould;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** What the log says about sandboxes that really run, asked over HTTP: it agrees with what they are seen to do. */
class LogIT {
    private static final String SECRET = "API_KEY";

    @Test
    void answersWhoWhatAndWhen() throws IOException {
        try (var world = World.open(Map.of())) {
            var stores = world.client().secretStores();
            var log = world.client().auditAnswers();
            var base = stores.create("base", List.of(Hosts.API)).id();
            var team = stores.create("team", List.of(Hosts.TEAM_A)).id();
            stores.setSecret(base, SECRET, world.values().api());
            stores.setSecret(team, SECRET, world.values().teamApi());
            var before = Instant.now();
            var follower = firstOf(world, "sandbox.created");

            var parent =
                    Sandbox.create(world.client(), SandboxOptions.defaults().secretStore("base"));
            var checkpoint = parent.createCheckpoint("branch");
            parent.awaitCheckpoint(checkpoint.id(), Duration.ofMinutes(1));
            var fork = Sandbox.createFromCheckpoint(
                    world.client(), checkpoint.id(), ForkOptions.defaults().secretStore("team"));

            // The fork uses its own store's value, on the hosts that either store allows; the log says so, too.
            assertThat(received(world, fork, Hosts.API))
                    .isEqualTo(world.values().teamApi());
            var forked = Instant.now();
            var there = whoCould(world, Hosts.API, forked);
            assertThat(there.sandboxes())
                    .extracting(Finding::sandboxID, finding -> finding.secret().storeName())
                    .containsExactlyInAnyOrder(Tuple.tuple(parent.id(), "base"), Tuple.tuple(fork.id(), "team"));
            assertThat(of(fork, there).layers())
                    .extracting(Layer::name, Layer::wins)
                    .containsExactly(Tuple.tuple("base", false), Tuple.tuple("team", true));
            assertThat(of(fork, there).forkedFrom().getFirst().sandboxID()).isEqualTo(parent.id());
            assertThat(whoCould(world, Hosts.TEAM_A, forked).sandboxes())
                    .extracting(Finding::sandboxID)
                    .containsExactly(fork.id());
            assertThat(whoCould(world, Hosts.API, before).sandboxes()).isEmpty();

            var use = used(world, "sandbox=" + fork.id() + "&decision=used&secret=" + SECRET);
            assertThat(use.path("store").asText()).isEqualTo(team);
            assertThat(use.path("version").asInt()).isEqualTo(1);
            assertThat(use.path("lineage").get(0).asText()).isEqualTo(checkpoint.id());
            assertThat(use.path("host").asText()).isEqualTo(Hosts.API);
            assertThat(use.path("locations").get(0).asText()).isEqualTo("headers");
            assertThat(use.path("status").asInt()).isEqualTo(200);
            fork.commands().run("curl -sS https://%s/".formatted(Hosts.DENIED));
            var refusal = used(world, "decision=refused&host=" + Hosts.DENIED);
            assertThat(refusal.path("sandboxID").asText()).isEqualTo(fork.id());
            assertThat(world.values().appearIn(use + "" + refusal)).isFalse();

            stores.disable(team, SECRET);
            assertThat(received(world, fork, Hosts.API)).isEqualTo(token(fork));
            assertThat(whoCould(world, Hosts.API, Instant.now()).sandboxes())
                    .extracting(Finding::sandboxID)
                    .containsExactly(parent.id());
            assertThat(whoCould(world, Hosts.API, forked).sandboxes()).hasSize(2);

            var running = log.replay(fork.id(), Instant.now().toString());
            assertThat(running.state()).containsEntry("stage", "running");
            assertThat(running.state().toString()).contains(base, team);
            var compared = log.compare(team, forked.toString(), Instant.now().toString());
            assertThat(compared.changes())
                    .extracting(Change::path, Change::before, Change::after)
                    .contains(Tuple.tuple("/secrets/" + SECRET + "/enabled", true, false));
            assertThat(compared.events()).extracting(Event::kind).contains("store.secret-disabled");

            parent.kill();
            fork.kill();
            var followed = follower.orTimeout(90, TimeUnit.SECONDS).join();
            assertThat(followed).contains(parent.id(), "\"actor\":\"key-", "\"requestId\":\"");
            assertThat(whoCould(world, Hosts.API, Instant.now()).sandboxes()).isEmpty();
            var verdict = world.client().raw().get("/audit/verify");
            assertThat(verdict.path("intact").asBoolean())
                    .as(verdict.toString())
                    .isTrue();
            assertThat(world.values().appearIn(followed + there + running + compared))
                    .isFalse();
        }
    }

    /** The data of the first event of a kind that happens from now on, taken from the live stream. */
    private static CompletableFuture<String> firstOf(World world, String kind) {
        var stream = world.client().raw().follow("/audit/events?kind=" + kind, "text/event-stream");
        return CompletableFuture.supplyAsync(() -> {
            try (var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith("data:")) {
                        return line;
                    }
                }
                throw new AssertionError("the stream ended");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The first record of the ledger that is as wanted, once it is there. */
    private static JsonNode used(World world, String query) {
        var deadline = Instant.now().plusSeconds(90);
        var uses = world.client().raw().get("/audit/uses?" + query).path("uses");
        while (uses.isEmpty()) {
            assertThat(Instant.now()).as("a record of " + query).isBefore(deadline);
            LockSupport.parkNanos(50_000_000);
            uses = world.client().raw().get("/audit/uses?" + query).path("uses");
        }
        return uses.get(0);
    }

    /** The answer when the index has come to {@code at}. */
    private static WhoCould whoCould(World world, String host, Instant at) {
        var deadline = Instant.now().plusSeconds(90);
        var answer = world.client().auditAnswers().whoCould(SECRET, host, at);
        while (!answer.complete()) {
            assertThat(Instant.now()).as("the index keeps up").isBefore(deadline);
            LockSupport.parkNanos(50_000_000);
            answer = world.client().auditAnswers().whoCould(SECRET, host, at);
        }
        return answer;
    }

    private static Finding of(Sandbox sandbox, WhoCould answer) {
        return answer.sandboxes().stream()
                .filter(finding -> finding.sandboxID().equals(sandbox.id()))
                .findFirst()
                .orElseThrow();
    }

    private static String token(Sandbox sandbox) {
        var token = sandbox.commands().run("printenv " + SECRET).stdout().strip();
        assertThat(Shell.isToken(token)).isTrue();
        return token;
    }

    /** What the upstream gets where the sandbox sends its token. */
    private static String received(World world, Sandbox sandbox, String host) {
        var target = "/" + UUID.randomUUID();
        sandbox.commands().run("curl -sS https://%s%s -H \"X-Key: $%s\"".formatted(host, target, SECRET));
        return world.upstream().latest(target).orElseThrow().header("x-key");
    }
}
