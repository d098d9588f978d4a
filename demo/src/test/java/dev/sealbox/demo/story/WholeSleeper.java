package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sealbox.client.ApiException;
import dev.sealbox.client.Sandbox;
import dev.sealbox.client.SandboxOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A sandbox in gVisor that falls asleep with its processes, on a node that is killed in the middle of that.
 * {@code -Dsealbox.kill.seed} repeats the points as far as timing lets it. Where there is no runsc it does nothing, and
 * says so at its {@link #isCounted end}.
 */
final class WholeSleeper {
    private static final long SEED = Long.getLong("sealbox.kill.seed", System.nanoTime());
    private static final String LOOK = "cat kept; pgrep -xc sleep || true";

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final Random random = new Random(SEED);
    private final World world;
    private final Optional<Sandbox> sandbox;

    private WholeSleeper(World world, Optional<Sandbox> sandbox) {
        this.world = world;
        this.sandbox = sandbox;
    }

    static WholeSleeper in(World world) {
        try {
            var options = SandboxOptions.defaults().template("base-runsc").memoryMB(1024);
            var made = new WholeSleeper(world, Optional.of(Sandbox.create(world.client(), options)));
            made.begin();
            return made;
        } catch (ApiException e) {
            assertThat(e.code()).isEqualTo("sandbox.runtime-missing");
            return new WholeSleeper(world, Optional.empty());
        }
    }

    private void begin() {
        sandbox.ifPresent(known -> known.commands().run("echo kept > kept; setsid sleep 47113 > /dev/null 2>&1 &"));
    }

    /** As its owner sees it. */
    void keepsItsProcesses() {
        sandbox.ifPresent(known -> {
            var asleep = send(known, "/hibernate");
            assertThat(asleep.path("keeps").asText()).isEqualTo("memory");
            assertThat(asleep.path("sizeBytes").asLong()).isGreaterThan(64 << 10);
            assertThat(images(known)).isNotEmpty();
            assertThat(send(known, "/wake").path("memory").asBoolean()).isTrue();
            assertThat(known.commands().run(LOOK).stdout()).isEqualTo("kept\n1\n");
            assertThat(images(known)).isEmpty();

            assertThat(send(known, "/hibernate").path("keeps").asText()).isEqualTo("memory");
            known.reboot();
            assertThat(known.commands().run(LOOK).stdout()).as("after a reboot").isEqualTo("kept\n0\n");
            begin();
        });
    }

    /** Begins to fall asleep, or to wake when it does so, and leaves it at some point of that. */
    void isDisturbed(String verb) {
        sandbox.ifPresent(known -> {
            var asked = CompletableFuture.runAsync(() -> send(known, "/" + verb));
            var nanos = random.nextLong(1_200_000_000L);
            System.out.printf(
                    "to be killed %d ms into its %s, -Dsealbox.kill.seed=%d%n", nanos / 1_000_000, verb, SEED);
            var until = System.nanoTime() + nanos;
            while (System.nanoTime() < until && !asked.isDone()) {
                LockSupport.parkNanos(1_000_000);
            }
        });
    }

    /** With its processes or without, but with its disk, and nothing of an image is left over. */
    void isWhole() {
        sandbox.ifPresent(known -> {
            assertThat(known.commands().run(LOOK).stdout()).isIn("kept\n0\n", "kept\n1\n");
            assertThat(images(known)).isEmpty();
            begin();
        });
    }

    void fallsAsleep() {
        sandbox.ifPresent(Sandbox::hibernate);
    }

    void end() {
        sandbox.ifPresent(known -> {
            known.hibernate();
            known.kill();
            assertThat(images(known)).isEmpty();
        });
    }

    /** To be asked last: where nothing of this was done the test counts among those that were left out. */
    void isCounted() {
        assumeTrue(sandbox.isPresent(), "NOT TESTED: there is no runsc, so nothing slept with its processes");
    }

    /** On the disk, of it or of nobody. */
    private List<Path> images(Sandbox known) {
        var data = world.folder().resolve("data");
        return Stream.of(data.resolve("sandboxes/" + known.id()), data.resolve("drafts"))
                .flatMap(folder -> images(folder).stream())
                .toList();
    }

    private static List<Path> images(Path folder) {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var found = Files.find(folder, 3, (path, what) -> path.endsWith("checkpoint.img"))) {
            return found.toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private JsonNode send(Sandbox known, String verb) {
        try {
            var request = HttpRequest.newBuilder(URI.create(world.node().api() + "/api/sandboxes/" + known.id() + verb))
                    .header("X-API-Key", world.apiKey())
                    .POST(BodyPublishers.noBody())
                    .build();
            return json.readTree(http.send(request, BodyHandlers.ofString()).body());
        } catch (IOException e) {
            // The node was killed.
            return json.missingNode();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
