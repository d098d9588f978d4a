package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.CheckpointOptions;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.Image;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Checkpoints, snapshots, images and patches through the Java client, with real requests: what every storage driver has
 * to pass. Several may share a node.
 */
final class BranchRows {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final World world;
    private final SealboxClient client;
    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final List<Sandbox> sandboxes = new ArrayList<>();
    private int requests;

    BranchRows(World world) {
        this.world = world;
        this.client = world.client();
    }

    void pass() {
        try {
            var root = generations();
            putBack(root);
            patches(root);
            publication(root);
            snapshots();
            archives(root);
        } finally {
            sandboxes.forEach(Sandbox::kill);
        }
    }

    private Sandbox kept(Sandbox sandbox) {
        sandboxes.add(sandbox);
        return sandbox;
    }

    private void store(String name, String host, String... secrets) {
        var store = client.secretStores().create(name + "-" + run, List.of(host));
        for (var secret : secrets) {
            client.secretStores().setSecret(store.id(), secret, value(name, secret));
        }
    }

    private String value(String store, String secret) {
        return "real-%s-%s-%s".formatted(store, secret, run);
    }

    private Sandbox fork(String checkpoint, String store) {
        return kept(Sandbox.createFromCheckpoint(
                client, checkpoint, ForkOptions.defaults().secretStore(store + "-" + run)));
    }

    private static String checkpoint(Sandbox sandbox, String name) {
        return sandbox.awaitCheckpoint(sandbox.createCheckpoint(name).id(), PATIENCE)
                .id();
    }

    /** What a line of shell says; it must succeed. */
    private String out(Sandbox sandbox, String line) {
        var result = sandbox.commands().run(line);
        assertThat(result.exitCode()).as(line + "\n" + result.stderr()).isZero();
        assertThat(result.stdout() + result.stderr()).doesNotContain("real-");
        return result.stdout().strip();
    }

    /** What {@code host} receives where the sandbox sends this, a piece of shell in double quotes. */
    private String received(Sandbox sandbox, String host, String piece) {
        var target = "/branches/" + run + "/" + ++requests;
        out(sandbox, "curl -sS -o /dev/null https://%s%s -H \"X-Key: %s\"".formatted(host, target, piece));
        return world.upstream().latest(target).orElseThrow().header("x-key");
    }

    private boolean reaches(Sandbox sandbox, String host) {
        return out(sandbox, "curl -s -o /dev/null -w '%%{http_code}' https://%s/ || true".formatted(host))
                .equals("200");
    }

    /**
     * A fork of a fork of a fork, each with a store of its own, and each with the tokens of all before it in its files:
     * secrets add up, allowlists add up, and where several have a name the last store wins it, for every token.
     */
    private Sandbox generations() {
        store("one", Hosts.API, "SHARED", "FIRST");
        store("two", Hosts.LOGS, "SHARED", "SECOND");
        store("three", Hosts.TEAM_A, "SHARED", "THIRD");
        var root = kept(Sandbox.create(
                client, SandboxOptions.defaults().secretStore("one-" + run).env("LEVEL", "root")));
        assertThat(received(root, Hosts.API, "$SHARED")).isEqualTo(value("one", "SHARED"));
        out(root, "echo $SHARED >one.token; echo $FIRST >first.token; echo before >note");

        var child = fork(checkpoint(root, "root"), "two");
        assertThat(child.info().warnings()).anyMatch(warning -> warning.contains("FIRST"));
        assertThat(received(child, Hosts.API, "$SHARED")).isEqualTo(value("two", "SHARED"));
        assertThat(received(child, Hosts.LOGS, "$(cat one.token)")).isEqualTo(value("two", "SHARED"));
        assertThat(reaches(child, Hosts.TEAM_A)).isFalse();
        out(child, "echo $SHARED >two.token");

        var middle = checkpoint(child, "middle");
        var grandchild = fork(middle, "three");
        out(grandchild, "echo $SHARED >three.token");
        for (var token : List.of("$SHARED", "$(cat one.token)", "$(cat two.token)")) {
            assertThat(received(grandchild, Hosts.TEAM_A, token)).isEqualTo(value("three", "SHARED"));
        }
        assertThat(received(grandchild, Hosts.API, "$FIRST,$SECOND,$THIRD,$(cat first.token)"))
                .isEqualTo(String.join(
                        ",",
                        value("one", "FIRST"),
                        value("two", "SECOND"),
                        value("three", "THIRD"),
                        value("one", "FIRST")));
        assertThat(grandchild.allowedHosts().egressAllowlist())
                .containsExactlyInAnyOrder(Hosts.API, Hosts.LOGS, Hosts.TEAM_A);
        assertThat(reaches(grandchild, Hosts.DENIED)).isFalse();

        // The first store again moves to the last place, and wins the name back.
        var great = fork(checkpoint(grandchild, "top"), "one");
        for (var token : List.of("$SHARED", "$(cat one.token)", "$(cat two.token)", "$(cat three.token)")) {
            assertThat(received(great, Hosts.LOGS, token)).isEqualTo(value("one", "SHARED"));
        }
        var own = out(great, "echo $SHARED");
        assertThat(out(great, "cat one.token two.token three.token").lines())
                .hasSize(3)
                .doesNotContain(own);
        var explained = client.raw()
                .get("/sandboxes/" + great.id() + "/secrets/explain")
                .path("secrets");
        explained.forEach(secret -> {
            if (secret.path("name").asText().equals("SHARED")) {
                assertThat(secret.path("store").asText()).isEqualTo("one-" + run);
                assertThat(secret.path("layer").asInt()).isEqualTo(2);
                assertThat(secret.path("tokens").path("inherited").asInt()).isEqualTo(3);
            }
        });
        assertThat(explained).hasSize(4);

        // Nothing of the middle and what came from it can use a secret any more; the others can.
        client.checkpoints().revokeSecretsOfSubtree(middle);
        assertThat(received(great, Hosts.LOGS, "$SHARED")).isEqualTo(own);
        assertThat(received(grandchild, Hosts.API, "$FIRST")).startsWith("osb_sealed_");
        assertThat(received(child, Hosts.API, "$SHARED")).isEqualTo(value("two", "SHARED"));
        grandchild.kill();
        great.kill();
        child.kill();
        return root;
    }

    /** The files go back, the values do not, and what ran is over. */
    private void putBack(Sandbox root) {
        var checkpoint = root.listCheckpoints().getFirst().id();
        var stores = client.secretStores();
        var store = stores.list().stream()
                .filter(each -> each.name().equals("one-" + run))
                .findFirst()
                .orElseThrow();
        stores.setSecret(store.id(), "SHARED", "real-rotated-" + run);
        var token = out(root, "echo $SHARED; echo after >note; touch more; nohup sleep 4000 >/dev/null 2>&1 &");

        root.restoreCheckpoint(checkpoint);

        assertThat(out(root, "cat note; ls more 2>/dev/null || echo none")).isEqualTo("before\nnone");
        assertThat(out(root, "pgrep -f '[s]leep 4000' || echo over")).isEqualTo("over");
        assertThat(out(root, "echo $SHARED")).isEqualTo(token);
        assertThat(received(root, Hosts.API, "$(cat one.token)")).isEqualTo("real-rotated-" + run);
        var other = kept(Sandbox.create(client, SandboxOptions.defaults()));
        assertThatThrownBy(() -> other.restoreCheckpoint(checkpoint))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.status()).isEqualTo(400));
        other.kill();
    }

    private void patches(Sandbox root) {
        var checkpoint = checkpoint(root, "patched");
        var patches = client.checkpoints().patches(checkpoint);
        patches.add("echo one >>order", "the first");
        var failing = patches.add("echo two >>order; echo the reason >&2; exit 3", "fails");
        patches.add("echo three >>order; echo $SHARED >>order", "");
        assertThat(patches.list()).extracting(patch -> patch.sequence()).containsExactly(1, 2, 3);

        var fork = fork(checkpoint, "one");
        assertThat(out(fork, "cat order")).isEqualTo("one\ntwo");
        assertThat(fork.info().patchError()).contains("patch 2 ended with 3", "the reason");
        patches.delete(failing.id());
        patches.delete(failing.id());
        fork.hibernate();
        // The call that wakes it waits for what is left of the series.
        assertThat(out(fork, "cat order")).matches("one\ntwo\nthree\nosb_sealed_[0-9a-f]{32}");
        assertThat(fork.info().patchError()).isNull();
        fork.kill();
        var later = fork(checkpoint, "one");
        assertThat(out(later, "head -2 order")).isEqualTo("one\nthree");
        later.kill();

        var policy = CheckpointOptions.defaults().deleteOldest(2);
        root.awaitCheckpoint(root.createCheckpoint("third", policy.diskOnly()).id(), PATIENCE);
        assertThatThrownBy(() -> root.createCheckpoint("fourth", policy))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo("checkpoint.too-few-give-way"));
        assertThat(root.listCheckpoints()).hasSize(3);
    }

    private void publication(Sandbox root) {
        var checkpoint = checkpoint(root, "for all");
        var neighbour = SealboxClient.builder()
                .baseUrl(world.node().api().toString())
                .apiKey(client.organizations().create("neighbours-" + run).key())
                .build();
        try (neighbour) {
            assertThatThrownBy(() -> Sandbox.createFromCheckpoint(neighbour, checkpoint, ForkOptions.defaults()))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.status()).isEqualTo(404));
            client.checkpoints().publish(checkpoint);
            try (var fork = Sandbox.createFromCheckpoint(neighbour, checkpoint, ForkOptions.defaults())) {
                assertThat(out(fork, "cat note; echo ${LEVEL:-none} ${SHARED:-none}; env | grep -c osb_ || true"))
                        .isEqualTo("before\nnone none\n0");
                // The token in the file means nothing there, and leads to no value.
                var answer = fork.commands()
                        .run("curl -sS -w '%%{http_code}' https://%s/foreign/%s -H \"X-Key: $(cat one.token)\""
                                .formatted(Hosts.API, run));
                assertThat(answer.stdout()).contains("token.unknown").endsWith("403");
                assertThat(world.upstream().latest("/foreign/" + run)).isEmpty();
            }
            assertThatThrownBy(() -> neighbour.checkpoints().patches(checkpoint).list())
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.status()).isEqualTo(404));
            client.checkpoints().unpublish(checkpoint);
            assertThatThrownBy(() -> Sandbox.createFromCheckpoint(neighbour, checkpoint, ForkOptions.defaults()))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.status()).isEqualTo(404));

            var name = "tools-" + run;
            client.snapshots()
                    .create(name, Image.base().run("echo tool >/tmp/tool").env("KIND", "tools"), line -> {});
            client.snapshots().patches(name).add("echo patched >>/tmp/tool", "");
            client.snapshots().publish(name);
            var options = SandboxOptions.defaults().snapshot(name).memoryMB(1024);
            try (var sandbox = Sandbox.create(neighbour, options)) {
                assertThat(out(sandbox, "cat /tmp/tool; echo $KIND")).isEqualTo("tool\npatched\ntools");
            }
            client.snapshots().unpublish(name);
            assertThatThrownBy(() -> Sandbox.create(neighbour, options)).hasMessageContaining("snapshot not found");
            assertThatThrownBy(() -> neighbour.snapshots().publish(name))
                    .isInstanceOfSatisfying(
                            ApiException.class, e -> assertThat(e.status()).isEqualTo(403));
        }
    }

    /** What stands on a removed image goes on, and the image is built anew when it is wanted. */
    private void snapshots() {
        var name = "tools-" + run;
        var snapshot = client.snapshots().read(name);
        var unnamed = client.images().list().stream()
                .filter(image -> image.name() == null && image.contentHash().equals(snapshot.contentHash()))
                .findFirst()
                .orElseThrow();
        client.images().delete(unnamed.id());
        var sandbox = kept(
                Sandbox.create(client, SandboxOptions.defaults().snapshot(name).secretStore("two-" + run)));
        assertThat(received(sandbox, Hosts.LOGS, "$SECOND")).isEqualTo(value("two", "SECOND"));
        assertThat(sandbox.info().fromCheckpointId()).isEqualTo(snapshot.id());
        client.images().delete(name);
        assertThat(client.images().list())
                .noneMatch(image -> image.contentHash().equals(snapshot.contentHash()));
        assertThat(out(sandbox, "cat /tmp/tool")).isEqualTo("tool\npatched");
        // Its layer is gone from the cache, and still under the sandbox and its checkpoint.
        var fork = kept(Sandbox.createFromCheckpoint(client, checkpoint(sandbox, "on top"), ForkOptions.defaults()));
        assertThat(out(fork, "cat /tmp/tool; echo $KIND")).isEqualTo("tool\npatched\ntools");
        sandbox.kill();
        fork.kill();
    }

    /** A checkpoint goes out as an archive and comes in as a snapshot; half of one leaves nothing. */
    private void archives(Sandbox root) {
        out(root, "head -c 3000000 /dev/urandom >blob");
        var digest = out(root, "sha256sum <blob");
        var checkpoint = checkpoint(root, "exported");
        byte[] archive;
        try (var content = client.archives().exportCheckpoint(checkpoint)) {
            archive = content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var name = "imported-" + run;
        var half = new Half(archive);
        var importing = Thread.ofVirtual()
                .start(() -> assertThatThrownBy(() -> client.archives().importAs(name, () -> half, false)));
        eventually("the import has begun", () -> begun() > 0);
        half.breakOff();
        eventually("it is cleared away", () -> begun() == 0);
        eventually("the client has noticed", () -> !importing.isAlive());
        assertThat(client.snapshots().list()).noneMatch(snapshot -> name.equals(snapshot.name()));

        assertThat(client.archives()
                        .importAs(name, () -> new ByteArrayInputStream(archive), false)
                        .isReady())
                .isTrue();
        var sandbox = kept(Sandbox.create(client, SandboxOptions.defaults().snapshot(name)));
        assertThat(out(sandbox, "sha256sum <blob")).isEqualTo(digest);
        assertThat(out(sandbox, "cat note; echo ${LEVEL:-none} ${SHARED:-none}"))
                .isEqualTo("before\nnone none");
        sandbox.kill();
        client.snapshots().delete(name);
    }

    /** Builds and imports that have begun and not ended. */
    private long begun() {
        return events("image.build-begun") - events("image.built") - events("image.build-failed");
    }

    private long events(String kind) {
        return client.raw()
                .get("/audit/events?limit=1000&kind=" + kind)
                .path("events")
                .size();
    }

    private static void eventually(String what, BooleanSupplier condition) {
        var deadline = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(deadline);
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }
}
