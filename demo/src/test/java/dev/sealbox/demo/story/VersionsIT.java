package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.client.ApiException;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SecretVersion;
import dev.sealbox.client.StoreUpdate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

/** What versions of a secret mean to sandboxes that run: each change holds for the next request. */
class VersionsIT {
    private static final String SECRET = "API_KEY";

    private final AtomicInteger requests = new AtomicInteger();

    @Test
    void decideWhatTheNextRequestOfARunningSandboxUses() {
        try (var world = World.open(Map.of())) {
            var values = world.values();
            var stores = world.client().secretStores();
            var store = stores.create("versions", List.of(Hosts.API)).id();
            assertThat(stores.setSecret(store, SECRET, values.api()).version()).isEqualTo(1);
            var running = sandbox(world);
            assertThat(received(world, running)).isEqualTo(values.api());

            var second = stores.setSecret(store, SECRET, values.newApi());
            assertThat(second.version()).isEqualTo(2);
            assertThat(second.refreshed()).isEqualTo(1);
            assertThat(received(world, running)).isEqualTo(values.newApi());

            assertThat(stores.rollBack(store, SECRET, 1).version()).isEqualTo(3);
            assertThat(received(world, running)).isEqualTo(values.api());

            assertThatThrownBy(() -> stores.setSecretIf(store, SECRET, values.teamApi(), List.of(), 2))
                    .isInstanceOfSatisfying(ApiException.class, refused -> {
                        assertThat(refused.status()).isEqualTo(409);
                        assertThat(refused.code()).isEqualTo("secret.version-mismatch");
                    });
            assertThat(received(world, running)).isEqualTo(values.api());

            stores.disable(store, SECRET);
            assertThat(received(world, running)).isEqualTo(token(running));
            var startedMeanwhile = sandbox(world);
            assertThat(received(world, startedMeanwhile)).isEqualTo(token(startedMeanwhile));
            assertThat(stores.enable(store, SECRET).refreshed()).isEqualTo(2);
            assertThat(received(world, running)).isEqualTo(values.api());
            assertThat(received(world, startedMeanwhile)).isEqualTo(values.api());

            stores.destroyVersion(store, SECRET, 3);
            assertThat(received(world, running)).isEqualTo(token(running));
            stores.changeHosts(store, SECRET, List.of(Hosts.LOGS));
            stores.rollBack(store, SECRET, 2);
            assertThat(received(world, running)).isEqualTo(values.newApi());
            stores.changeHosts(store, SECRET, List.of(Hosts.LOGS));
            assertThat(received(world, running)).isEqualTo(token(running));

            stores.update(store, StoreUpdate.nothing().maxVersions(2));
            assertThat(stores.listVersions(store, SECRET))
                    .extracting(SecretVersion::version, SecretVersion::state, SecretVersion::restoredFrom)
                    .containsExactly(Tuple.tuple(4, "enabled", 2), Tuple.tuple(3, "destroyed", 1));
        }
    }

    private static Sandbox sandbox(World world) {
        return Sandbox.create(world.client(), SandboxOptions.defaults().secretStore("versions"));
    }

    private static String token(Sandbox sandbox) {
        var token = sandbox.commands().run("printenv " + SECRET).stdout().strip();
        assertThat(Shell.isToken(token)).isTrue();
        return token;
    }

    /** What the upstream gets where the sandbox sends its token, which is all that the sandbox sees of it. */
    private String received(World world, Sandbox sandbox) {
        var target = "/versions/" + requests.incrementAndGet();
        var result =
                sandbox.commands().run("curl -sS https://%s%s -H \"X-Key: $%s\"".formatted(Hosts.API, target, SECRET));
        assertThat(result.exitCode()).as(result.stderr()).isZero();
        assertThat(result.stdout()).contains(token(sandbox));
        assertThat(world.values().appearIn(result.stdout() + result.stderr())).isFalse();
        return world.upstream().latest(target).orElseThrow().header("x-key");
    }
}
