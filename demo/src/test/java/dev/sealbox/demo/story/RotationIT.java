package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.client.CommandResult;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import dev.sealbox.client.SecretStores;
import dev.sealbox.client.StoreUpdate;
import dev.sealbox.demo.upstream.Received;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Changes of a store reach a sandbox that runs with it: a real node, a real container, real TLS connections. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RotationIT {
    private static final Duration SOON = Duration.ofSeconds(90);

    private World world = World.open(Map.of());
    private final SecretStores stores = world.client().secretStores();
    private final String api = world.values().api();

    @BeforeAll
    void warmUp() {
        Sandbox.create(world.client(), SandboxOptions.defaults()).kill();
    }

    @AfterAll
    void stop() {
        try (var closing = world) {
            assertThat(closing.stop()).isEmpty();
        }
    }

    private String store(String name, String... hosts) {
        return stores.create(name, List.of(hosts)).id();
    }

    private Sandbox sandbox(String store) {
        return Sandbox.create(world.client(), SandboxOptions.defaults().secretStore(store));
    }

    /** Sends the variable in a header; the header as it arrived, or the status where the request was refused. */
    private String sent(Sandbox sandbox, String expression, String host) {
        var target = "/" + UUID.randomUUID();
        var result = sandbox.commands()
                .run("curl -sS -o /dev/null -w '%{http_connect}' -H \"X-Key: " + expression + "\" https://" + host
                        + target);
        return world.upstream().latest(target).map(RotationIT::key).orElse(result.stdout());
    }

    private static String key(Received request) {
        return request.header("x-key");
    }

    /** A download of a gigabyte in the background, which takes minutes; {@code /tmp/ended} gets curl's exit status. */
    private void download(Sandbox sandbox, String host, String header) {
        sandbox.commands()
                .run("rm -f /tmp/ended; setsid sh -c 'curl -sS --limit-rate 2M -o /tmp/got -H \"X-Key: " + header
                        + "\" https://" + host
                        + "/bytes/1000000000; echo $? >/tmp/ended' >/dev/null 2>&1 </dev/null &");
        eventually(
                "the download is under way",
                () -> sandbox.commands().run("test -s /tmp/got").exitCode() == 0);
    }

    private static void assertCut(Sandbox sandbox) {
        eventually("the download has ended", () -> ended(sandbox).exitCode() == 0);
        assertThat(ended(sandbox).stdout().strip()).isNotEqualTo("0");
        sandbox.commands().run("rm -f /tmp/got");
    }

    private static CommandResult ended(Sandbox sandbox) {
        return sandbox.commands().run("cat /tmp/ended");
    }

    private static void eventually(String what, BooleanSupplier holds) {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static String variable(Sandbox sandbox, String name) {
        return sandbox.commands().run("printenv " + name).stdout().strip();
    }

    @Test
    void reachesASandboxThatRuns() {
        var store = store("changing", Hosts.API, Hosts.LOGS);
        try (var sandbox = sandbox("changing")) {
            assertThat(variable(sandbox, "NEW_KEY")).isEmpty();
            stores.setSecret(store, "NEW_KEY", api);
            var token = variable(sandbox, "NEW_KEY");
            assertThat(Shell.isToken(token)).isTrue();
            assertThat(sent(sandbox, "$NEW_KEY", Hosts.API)).isEqualTo(api);

            stores.setSecret(store, "NEW_KEY", world.values().newApi());
            assertThat(sent(sandbox, token, Hosts.API)).isEqualTo(world.values().newApi());

            download(sandbox, Hosts.API, token);
            stores.deleteSecret(store, "NEW_KEY");
            assertCut(sandbox);
            assertThat(sent(sandbox, token, Hosts.API)).isEqualTo(token);
            assertThat(variable(sandbox, "NEW_KEY")).isEmpty();

            stores.setSecret(store, "NEW_KEY", api);
            assertThat(variable(sandbox, "NEW_KEY")).isEqualTo(token);

            download(sandbox, Hosts.LOGS, "none");
            stores.update(store, StoreUpdate.nothing().egressAllowlist(List.of(Hosts.API)));
            assertCut(sandbox);
            assertThat(sent(sandbox, token, Hosts.LOGS)).isEqualTo("403");
            assertThat(sent(sandbox, token, Hosts.API)).isEqualTo(api);

            stores.update(store, StoreUpdate.nothing().egressAllowlist(List.of()));
            assertThat(sent(sandbox, token, Hosts.LOGS)).isEqualTo(api);
        }
    }

    @Test
    void leavesASandboxWhatItHasWhenItsStoreIsDeleted() {
        var store = store("deleted", Hosts.API);
        stores.setSecret(store, "KEY", api);
        try (var sandbox = sandbox("deleted")) {
            var token = variable(sandbox, "KEY");
            stores.delete(store);

            assertThat(sent(sandbox, token, Hosts.API)).isEqualTo(api);
            assertThat(sent(sandbox, token, Hosts.LOGS)).isEqualTo("403");
            assertThat(variable(sandbox, "KEY")).isEqualTo(token);
        }
    }

    @Test
    void takesItAwayWhenItsStoreIsRevoked() {
        var store = store("revoked", Hosts.API);
        stores.setSecret(store, "KEY", api);
        try (var sandbox = sandbox("revoked")) {
            var token = variable(sandbox, "KEY");
            download(sandbox, Hosts.API, token);
            stores.revoke(store);

            assertCut(sandbox);
            assertThat(sent(sandbox, token, Hosts.API)).isEqualTo(token);
            assertThat(sent(sandbox, token, Hosts.LOGS)).isEqualTo("403");
            assertThat(variable(sandbox, "KEY")).isEmpty();
        }
    }
}
