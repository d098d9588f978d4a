package dev.sealbox.runtime;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.Launch;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.runtime.step.Tool;
import dev.sealbox.runtime.storage.StorageKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A node of its own for a test: folder, name and sandboxes are gone when it is closed. Only the template is shared. */
final class Node implements AutoCloseable {
    static final Limits LIMITS = new Limits(1, 1024, 20480);
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin", "HOME", "/home/sandbox");
    private RuntimeSettings settings;
    private OciRuntime runtime;

    private Node(RuntimeSettings settings) {
        this.settings = settings;
        this.runtime = OciRuntime.open(settings);
    }

    static Node open() {
        return open("");
    }

    /** @param overrides HOCON below {@code sealbox.runtime} */
    static Node open(String overrides) {
        return open(overrides, StorageKind.AUTO);
    }

    static Node open(StorageKind storage) {
        return open("", storage);
    }

    private static Node open(String overrides, StorageKind kind) {
        var storage = kind.word();
        try {
            var name = "it" + Integer.toHexString(ThreadLocalRandom.current().nextInt());
            var data = Files.createTempDirectory(name);
            var config = ConfigFactory.parseString(
                            "sealbox.host.storage = " + storage + ", sealbox.runtime {" + overrides + "}")
                    .withFallback(ConfigFactory.parseMap(Map.of(
                            "sealbox.runtime.data-dir", data.toString(),
                            "sealbox.runtime.template-dir", templates(),
                            "sealbox.runtime.node-id", name)))
                    .withFallback(ConfigFactory.load());
            return new Node(RuntimeSettings.from(config.resolve()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String templates() {
        var chosen = System.getenv("SEALBOX_TEMPLATE_DIR");
        return chosen != null ? chosen : Path.of("../var/templates").toString();
    }

    /** Where it does not, what would be tested is counted as left out, and said. */
    void assumeItRuns(String word) {
        var there = Tool.attempt("test", List.of("sh", "-c", "command -v " + word), "")
                        .exitCode()
                == 0;
        if (!there) {
            close();
        }
        assumeTrue(there, "NOT TESTED: there is no " + word);
    }

    OciRuntime runtime() {
        return runtime;
    }

    RuntimeSettings settings() {
        return settings;
    }

    Path data() {
        return settings.dataDir();
    }

    /** Where disks and layers lie. */
    Path disks() {
        var mount = data().resolve("disks");
        return Files.exists(mount) ? mount : data();
    }

    /** As after the death of the server's process. */
    void restart() {
        runtime.close();
        runtime = OciRuntime.open(settings);
    }

    /** The same data folder, with another setting for its disks. */
    void reopen(StorageKind storage) {
        var config = ConfigFactory.parseMap(Map.of(
                        "sealbox.runtime.data-dir", settings.dataDir().toString(),
                        "sealbox.runtime.template-dir", settings.templateDir().toString(),
                        "sealbox.runtime.node-id", settings.nodeId(),
                        "sealbox.host.storage", storage.word()))
                .withFallback(ConfigFactory.load());
        settings = RuntimeSettings.from(config.resolve());
        runtime = OciRuntime.open(settings);
    }

    SandboxId start(CheckpointId... layers) {
        return start(LIMITS, layers).sandbox();
    }

    /** Puts a running sandbox back. */
    void restore(SandboxId sandbox, int generation, CheckpointId... layers) {
        restore("base", sandbox, generation, layers);
    }

    void restore(String template, SandboxId sandbox, int generation, CheckpointId... layers) {
        await(runtime.start(new Launch(
                sandbox,
                template,
                List.of(layers),
                LIMITS,
                Certificates.AUTHORITY,
                origin(layers),
                generation,
                false,
                false)));
    }

    SandboxAddress start(Limits limits, CheckpointId... layers) {
        return start("base", limits, layers);
    }

    SandboxAddress start(String template, Limits limits, CheckpointId... layers) {
        return startFor(Certificates.AUTHORITY, template, limits, layers);
    }

    /** Of an organisation with this authority. */
    SandboxAddress startFor(String authority, String template, Limits limits, CheckpointId... layers) {
        var sandbox = SandboxId.random(ThreadLocalRandom.current());
        return await(runtime.start(new Launch(
                        sandbox, template, List.of(layers), limits, authority, origin(layers), 0, false, false)))
                .address();
    }

    /** As the system does when it finds that a sandbox has ended: from its disk. One that runs goes on. */
    void startAgain(SandboxId sandbox, Limits limits) {
        startAgain("base", sandbox, limits);
    }

    void startAgain(String template, SandboxId sandbox, Limits limits) {
        wake(template, sandbox, limits, false);
    }

    /** Of one that sleeps, with its processes if they are wanted; whether they go on. */
    boolean wake(String template, SandboxId sandbox, Limits limits, boolean resume) {
        return await(runtime.start(new Launch(
                        sandbox,
                        template,
                        List.of(),
                        limits,
                        Certificates.AUTHORITY,
                        Optional.empty(),
                        0,
                        true,
                        resume)))
                .resumed();
    }

    private static Optional<CheckpointId> origin(CheckpointId... layers) {
        return Stream.of(layers).findFirst();
    }

    CommandResult run(SandboxId sandbox, String script) {
        return run(sandbox, script, Duration.ofSeconds(60));
    }

    CommandResult run(SandboxId sandbox, String script, Duration timeout) {
        return run(sandbox, List.of("sh", "-c", script), timeout);
    }

    CommandResult run(SandboxId sandbox, List<String> argv, Duration timeout) {
        return await(runtime.run(sandbox, new Command(argv, ENVIRONMENT, "/home/sandbox", timeout)));
    }

    CheckpointId checkpoint(SandboxId sandbox) {
        var checkpoint = new CheckpointId(UUID.randomUUID());
        await(runtime.checkpoint(sandbox, checkpoint, false));
        return checkpoint;
    }

    /** Of kind full; whether it has memory. */
    boolean checkpoint(SandboxId sandbox, CheckpointId checkpoint) {
        return await(runtime.checkpoint(sandbox, checkpoint, true)).memory();
    }

    String read(SandboxId sandbox, String path) {
        return switch (await(runtime.read(sandbox, path))) {
            case Outcome.Done<InputStream>(var content) -> text(content);
            case Outcome.Refused<InputStream>(var reason) -> throw new AssertionError(reason.message());
        };
    }

    void write(SandboxId sandbox, String path, String content) {
        var bytes = new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8));
        if (await(runtime.write(sandbox, path, bytes)) instanceof Outcome.Refused<?>(var reason)) {
            throw new AssertionError(reason.message());
        }
    }

    private static String text(InputStream content) {
        try (content) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(3, TimeUnit.MINUTES).join();
    }

    @Override
    public void close() {
        runtime.removeNode();
        Host.run("rm", "-rf", settings.dataDir().toString());
    }

    /** What a test asks the host itself. */
    static final class Host {
        private Host() {}

        static String run(String... command) {
            return Tool.run("test", List.of(command));
        }
    }
}
