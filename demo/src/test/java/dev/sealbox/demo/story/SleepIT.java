package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sandboxes that fall asleep and are woken, by themselves and by calls, with the requests that the Python SDK makes. */
class SleepIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ObjectMapper json = new ObjectMapper();

    @Test
    void sandboxesSleepWhenIdleAndWakeWithTheNextCall() throws Exception {
        var free = Files.getFileStore(Path.of(System.getProperty("java.io.tmpdir")))
                .getUsableSpace();
        try (var world = World.open(Map.of(
                "SEALBOX_DISK_RESERVE",
                Long.toString(free / 4 * 3),
                // Its disks have no end of their own.
                "SEALBOX_STORAGE",
                "overlay"))) {
            var sandbox = Sandbox.create(world.client(), SandboxOptions.defaults());
            sandbox.files().write("kept", "still here".getBytes(StandardCharsets.UTF_8));
            assertThat(post(world, sandbox, "hibernate").statusCode()).isEqualTo(200);
            assertThat(status(world, sandbox)).isEqualTo("hibernated");
            assertThat(Sandbox.list(world.client()))
                    .extracting(each -> each.status())
                    .containsExactly("hibernated");
            // What has ended stays in the list of processes until its parent has asked for its exit code.
            await("its processes are gone", () -> processes(sandbox).isEmpty());

            manyCallsAtOnceWakeItOnce(sandbox);
            fallsAsleepByItselfAndNotWhileItIsUsed(world, sandbox);
            var whole = WholeSleeper.in(world);
            whole.keepsItsProcesses();
            goesOnFallingAsleepAfterARestart(world, sandbox, whole);
            hasItsSizeAlsoAfterSleepAndRestart(world, sandbox, whole);
            whole.end();
            beginsNothingNewWhileTheDiskIsNearlyFull(world, sandbox, free / 2);
            answersAsTheContractSays(world, sandbox);
            assertThat(world.stop()).isEmpty();
            whole.isCounted();
        }
    }

    private void manyCallsAtOnceWakeItOnce(Sandbox sandbox) {
        var calls = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> sandbox.commands().run("cat kept; echo x >>woken").stdout()))
                .toList();
        assertThat(calls).allSatisfy(call -> assertThat(call.join()).isEqualTo("still here"));
        assertThat(sandbox.commands().run("wc -l <woken").stdout().strip()).isEqualTo("8");
    }

    private void fallsAsleepByItselfAndNotWhileItIsUsed(World world, Sandbox sandbox) throws Exception {
        assertThat(post(world, sandbox, "timeout", "{\"timeout\": 2}").statusCode())
                .isEqualTo(204);
        var began = System.nanoTime();
        // A command that somebody waits for keeps it awake for longer than the timeout.
        assertThat(sandbox.commands().run("sleep 4; echo awake").stdout()).isEqualTo("awake\n");
        // Reads of the control plane, which these are, do not.
        await("it sleeps", () -> status(world, sandbox).equals("hibernated"));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(5500));
        assertThat(sandbox.commands().run("cat kept").stdout()).isEqualTo("still here");
    }

    private void goesOnFallingAsleepAfterARestart(World world, Sandbox sandbox, WholeSleeper other) throws Exception {
        // On a busy machine it may have fallen asleep again since the last call.
        await(
                "it runs",
                () -> sandbox.commands().run("true").exitCode() == 0
                        && status(world, sandbox).equals("running"));
        other.isDisturbed("hibernate");
        world.node().kill();
        world.node().start();
        await("it sleeps after the restart", () -> status(world, sandbox).equals("hibernated"));
        var woken = post(world, sandbox, "wake", "{}");
        assertThat(woken.statusCode()).isEqualTo(200);
        assertThat(json.readTree(woken.body()).path("status").asText()).isEqualTo("running");
        assertThat(sandbox.commands().run("cat kept").stdout()).isEqualTo("still here");
        other.isWhole();
    }

    private static void hasItsSizeAlsoAfterSleepAndRestart(World world, Sandbox sandbox, WholeSleeper other)
            throws Exception {
        sandbox.tag(Map.of("team", "blue"));
        sandbox.scale(8192);
        await("the kernel has the size", () -> memoryLimits(sandbox).equals(Set.of(8L << 30)));
        sandbox.hibernate();
        sandbox.scale(1024);
        sandbox.wake();
        assertThat(memoryLimits(sandbox)).isEqualTo(Set.of(1L << 30));
        sandbox.autoscale(4096, 8192);
        other.fallsAsleep();
        other.isDisturbed("wake");
        world.node().kill();
        world.node().start();
        await(
                "it grows to its lower bound after the restart",
                () -> memoryLimits(sandbox).equals(Set.of(4L << 30)));
        assertThat(sandbox.tags()).isEqualTo(Map.of("team", "blue"));
        other.isWhole();
    }

    /** What the kernel says, in bytes, of the group of version 1 or 2. */
    private static Set<Long> memoryLimits(Sandbox sandbox) throws IOException {
        var limits = new HashSet<Long>();
        for (var root : List.of("/sys/fs/cgroup/memory", "/sys/fs/cgroup")) {
            try (var nodes = Files.newDirectoryStream(Path.of(root), "sealbox-*")) {
                for (var node : nodes) {
                    for (var name : List.of("memory.limit_in_bytes", "memory.max")) {
                        var file = node.resolve(sandbox.id()).resolve(name);
                        if (Files.exists(file)) {
                            limits.add(Long.parseLong(Files.readString(file).strip()));
                        }
                    }
                }
            } catch (NoSuchFileException e) {
                // The other version's place.
            }
        }
        return limits;
    }

    /** On this node, nearly full begins early. */
    private void beginsNothingNewWhileTheDiskIsNearlyFull(World world, Sandbox sandbox, long bytes) throws Exception {
        var checkpoint = sandbox.createCheckpoint("before");
        await(
                "the checkpoint is ready",
                () -> sandbox.listCheckpoints().getFirst().isReady());
        assertThat(sandbox.commands().run("fallocate -l " + bytes + " big").exitCode())
                .isZero();
        // The name is taken, so that nothing is begun before.
        await(
                "the node has noticed",
                () -> post(world, sandbox, "checkpoints", "{\"name\":\"before\"}")
                                .statusCode()
                        == 503);

        var image = "{\"image\":{\"base\":\"base\",\"steps\":[{\"type\":\"run\",\"args\":{\"commands\":[\"true\"]}}]}}";
        for (var answer : List.of(
                create(world, "{}"),
                create(world, image),
                post(world, sandbox, "checkpoints", "{\"name\":\"after\"}"),
                send(
                        world,
                        HttpRequest.newBuilder(URI.create(
                                        world.node().api() + "/api/sandboxes/from-checkpoint/" + checkpoint.id()))
                                .POST(BodyPublishers.ofString("{}"))))) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            assertThat(json.readTree(answer.body()).path("code").asText()).isEqualTo("host.no-room");
            assertThat(answer.headers().firstValue("Retry-After")).contains("30");
        }
        assertThat(health(world, "/readyz")).contains("\"disk\":\"nearly full");
        assertThat(health(world, "/metrics")).contains("sealbox_disk_free_bytes", "sealbox_disk_reserve_bytes");
        assertThat(sandbox.commands().run("echo goes on").stdout()).isEqualTo("goes on\n");
        sandbox.hibernate();
        assertThat(sandbox.commands().run("rm big; echo wakes").stdout()).isEqualTo("wakes\n");

        await("there is room again", () -> create(world, "{}").statusCode() == 201);
        assertThat(health(world, "/readyz")).contains("\"disk\":\"ok\"");
        sandbox.deleteCheckpoint(checkpoint.id());
    }

    private HttpResponse<String> create(World world, String body) throws Exception {
        return send(
                world,
                HttpRequest.newBuilder(URI.create(world.node().api() + "/api/sandboxes"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    private String health(World world, String path) throws Exception {
        return send(world, HttpRequest.newBuilder(URI.create(world.node().api() + path)))
                .body();
    }

    /** Empty bodies without a type, as Python sends them, and with the type of JSON, as TypeScript does. */
    private void answersAsTheContractSays(World world, Sandbox sandbox) throws Exception {
        for (var verb : List.of("reboot", "power-cycle")) {
            sandbox.commands().run("sleep 1000 >/dev/null 2>&1 &");
            assertThat(post(world, sandbox, verb).statusCode()).isEqualTo(204);
            assertThat(sandbox.commands().run("pgrep -c sleep").stdout().strip())
                    .isEqualTo("0");
            assertThat(post(world, sandbox, verb, "").statusCode()).isEqualTo(204);
        }
        assertThat(post(world, sandbox, "wake").statusCode()).as("it runs").isEqualTo(200);
        assertThat(post(world, sandbox, "hibernate", "").statusCode()).isEqualTo(200);
        var again = post(world, sandbox, "hibernate");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json.readTree(again.body()).path("sizeBytes").asLong()).isPositive();
        sandbox.kill();
        assertThat(status(world, sandbox)).isEqualTo("stopped");
        assertThat(post(world, sandbox, "hibernate").statusCode()).isEqualTo(400);
        assertThat(post(world, sandbox, "wake").statusCode()).isEqualTo(404);
        assertThat(post(world, sandbox, "reboot").statusCode()).isEqualTo(410);
        assertThat(post(world, sandbox, "timeout", "{\"timeout\":1}").statusCode())
                .isEqualTo(410);
        assertThat(post(world, sandbox, "exec/run", "{\"cmd\":\"true\"}").statusCode())
                .isEqualTo(410);
    }

    private static List<String> processes(Sandbox sandbox) throws IOException {
        try (var all = Files.list(Path.of("/proc"))) {
            return all.map(process -> process.resolve("cgroup"))
                    .filter(Files::isReadable)
                    .map(SleepIT::text)
                    .filter(groups -> groups.contains(sandbox.id()))
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private String status(World world, Sandbox sandbox) throws Exception {
        return json.readTree(send(world, request(world, sandbox, "").GET()).body())
                .path("status")
                .asText();
    }

    private HttpResponse<String> post(World world, Sandbox sandbox, String verb) throws Exception {
        return send(world, request(world, sandbox, "/" + verb).POST(BodyPublishers.noBody()));
    }

    private HttpResponse<String> post(World world, Sandbox sandbox, String verb, String body) throws Exception {
        return send(
                world,
                request(world, sandbox, "/" + verb)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)));
    }

    private static HttpRequest.Builder request(World world, Sandbox sandbox, String path) {
        return HttpRequest.newBuilder(URI.create(world.node().api() + "/api/sandboxes/" + sandbox.id() + path));
    }

    private HttpResponse<String> send(World world, HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return http.send(request.header("X-API-Key", world.apiKey()).build(), BodyHandlers.ofString());
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            LockSupport.parkNanos(50_000_000);
        }
    }
}
