package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.ApiKey;
import dev.sealbox.client.ForkOptions;
import dev.sealbox.client.NewApiKey;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxInfo;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SealboxClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Roles, organisations and revocation, with real sandboxes on a real node. */
class KeysAndRolesIT {
    private static World world;

    @BeforeAll
    static void start() {
        world = World.open(Map.of());
    }

    @AfterAll
    static void stop() {
        try (var all = world) {
            assertThat(all.stop()).isEmpty();
        }
    }

    private static SealboxClient client(String key) {
        return SealboxClient.builder()
                .baseUrl(world.node().api().toString())
                .apiKey(key)
                .build();
    }

    private static void refused(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ApiException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status));
    }

    @Test
    void aLauncherUsesWhatItMayNotRead() {
        var admin = world.client();
        for (var name : List.of("named", "other")) {
            var store = admin.secretStores().create(name, List.of(Hosts.API));
            admin.secretStores().setSecret(store.id(), "API_KEY", world.values().api());
        }
        var key = admin.apiKeys().issue(NewApiKey.agentLauncher("launcher", List.of("named")));
        var second = admin.apiKeys().issue(NewApiKey.agentLauncher("second", List.of("named")));
        var named = SandboxOptions.defaults().secretStore("named");
        try (var launcher = client(key.key());
                var stranger = client(second.key())) {
            refused(403, () -> launcher.secretStores().list());
            refused(
                    403,
                    () -> Sandbox.create(launcher, SandboxOptions.defaults().secretStore("other")));
            refused(
                    403,
                    () -> Sandbox.create(launcher, SandboxOptions.defaults().secretStore("unheard of")));

            var own = Sandbox.create(launcher, named);
            own.commands().run("curl -sS https://%s/launched -H \"X-Key: $API_KEY\"".formatted(Hosts.API));
            assertThat(world.upstream().latest("/launched").orElseThrow().header("x-key"))
                    .isEqualTo(world.values().api());
            refused(403, own::killWithStore);
            refused(403, own::allowedHosts);
            refused(404, () -> Sandbox.connect(stranger, own.id()));

            var admins = Sandbox.create(admin, SandboxOptions.defaults().secretStore("other"));
            refused(404, () -> Sandbox.connect(launcher, admins.id()));
            assertThat(Sandbox.list(launcher))
                    .extracting(SandboxInfo::sandboxID)
                    .containsExactly(own.id());

            var mine = own.createCheckpoint("mine");
            own.awaitCheckpoint(mine.id(), Duration.ofSeconds(60));
            var theirs = admins.createCheckpoint("theirs");
            admins.awaitCheckpoint(theirs.id(), Duration.ofSeconds(60));
            refused(403, () -> Sandbox.createFromCheckpoint(launcher, theirs.id(), ForkOptions.defaults()));
            var fork = Sandbox.createFromCheckpoint(stranger, mine.id(), ForkOptions.defaults());
            assertThat(fork.isRunning()).isTrue();
            refused(404, () -> Sandbox.connect(launcher, fork.id()));

            admin.apiKeys().revoke(key.id());
            refused(401, () -> own.commands().run("true"));
            assertThat(Sandbox.connect(admin, own.id()).isRunning()).isTrue();
            assertThat(admin.apiKeys().list())
                    .filteredOn(ApiKey::revoked)
                    .extracting(ApiKey::id)
                    .containsExactly(key.id());
        }
    }

    @Test
    void organisationsKnowNothingOfEachOther() {
        var admin = world.client();
        var first = admin.organizations().create("neighbours");
        var store = admin.secretStores().create("ours", List.of());
        var sandbox = Sandbox.create(admin, SandboxOptions.defaults());
        try (var neighbour = client(first.key())) {
            refused(404, () -> neighbour.secretStores().get(store.id()));
            refused(404, () -> neighbour.secretStores().setSecret(store.id(), "A", "a-value"));
            refused(404, () -> Sandbox.connect(neighbour, sandbox.id()));
            refused(403, () -> neighbour.organizations().list());
            assertThat(neighbour.secretStores().create("ours").orgId()).isEqualTo("neighbours");
            assertThat(neighbour.secretStores().list()).hasSize(1);
            assertThat(Sandbox.list(neighbour)).isEmpty();
        }
    }
}
