package dev.sealbox.runtime;

import static dev.sealbox.runtime.Node.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.Launch;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.SandboxMissing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Starts, stops, crashes and what they leave. */
class LifeIT {
    private Node node;

    @BeforeEach
    void open() {
        node = Node.open();
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void startsASandboxOnce() {
        var started = node.start(Node.LIMITS);
        node.write(started.sandbox(), "mark", "x");

        assertThat(await(node.runtime().start(launch(started.sandbox()))).address())
                .isEqualTo(started);

        assertThat(node.read(started.sandbox(), "mark")).isEqualTo("x");
    }

    @Test
    void stopsAndLeavesNothing() throws IOException {
        var mounts = mounts();
        var sandbox = node.start();
        node.run(sandbox, "sleep 1000 > /dev/null 2>&1 &");
        assertThat(traces(sandbox)).isNotEmpty();

        await(node.runtime().stop(sandbox));
        await(node.runtime().stop(sandbox));

        Eventually.holds(() -> assertThat(traces(sandbox)).isEmpty());
        assertThat(mounts()).isEqualTo(mounts);
        assertThatThrownBy(() -> node.run(sandbox, "true")).hasRootCauseInstanceOf(SandboxMissing.class);
    }

    @Test
    void parksASandboxAndGoesOnFromItsDisk() throws IOException {
        var mounts = mounts();
        var sandbox = node.start(Node.LIMITS).sandbox();
        node.write(sandbox, "kept", "still here");
        node.run(sandbox, "sleep 1000 > /dev/null 2>&1 &");

        var parked = await(node.runtime().park(sandbox, true));
        assertThat(parked.sizeBytes()).isPositive();
        assertThat(parked.memory()).as("on runc").isFalse();
        assertThat(await(node.runtime().park(sandbox, true)))
                .as("parked already")
                .isEqualTo(parked);

        Eventually.holds(() -> assertThat(traces(sandbox))
                .allMatch(trace -> trace.startsWith(node.data().toString())));
        assertThat(mounts()).isEqualTo(mounts);
        assertThatThrownBy(() -> node.run(sandbox, "true")).hasRootCauseInstanceOf(SandboxMissing.class);
        node.restart();
        assertThat(await(node.runtime().running())).isEmpty();
        var kept = new Launch(
                sandbox, "base", List.of(), Node.LIMITS, Certificates.AUTHORITY, Optional.empty(), 0, true, true);
        assertThat(await(node.runtime().start(kept)).resumed()).isFalse();
        assertThat(node.read(sandbox, "kept")).isEqualTo("still here");
        assertThat(node.run(sandbox, "pgrep sleep | wc -l").stdout().strip()).isEqualTo("0");
        await(node.runtime().limit(sandbox, new Limits(2, 2048, 20480)));
        assertThat(node.run(sandbox, "cat /proc/self/cgroup").exitCode()).isZero();

        await(node.runtime().stop(sandbox));
        assertThatThrownBy(() -> await(node.runtime().start(kept))).hasMessageContaining("is not on this host");
    }

    @Test
    void leavesNoMountOnTheHostEvenWhileItRuns() throws IOException {
        var mounts = mounts();

        var sandbox = node.start();

        assertThat(mounts()).containsAll(mounts);
        assertThat(mounts().stream().filter(mount -> !mounts.contains(mount)))
                .allMatch(mount -> mount.contains("/run/netns/sandbox-")
                        && mount.contains(sandbox.value().substring(3)));
    }

    @Test
    void adoptsSandboxesAfterARestartWithTheirProcesses() {
        var started = node.start(Node.LIMITS);
        node.run(started.sandbox(), "sleep 4242 > /dev/null 2>&1 &");

        node.restart();

        assertThat(await(node.runtime().running())).containsExactly(started);
        assertThat(node.run(started.sandbox(), "pgrep -f 'sleep 4242' | wc -l")
                        .stdout()
                        .strip())
                .isNotEqualTo("0");
        assertThat(await(node.runtime().start(launch(started.sandbox()))).address())
                .isEqualTo(started);
        assertThat(node.start(Node.LIMITS).ip()).isNotEqualTo(started.ip());
    }

    @Test
    void survivesTheKillOfTheProcessThatStartedIt() throws IOException, InterruptedException {
        node.runtime().close();
        var sandbox = SandboxId.random(new Random());
        var settings = node.settings();
        var server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dsealbox.runtime.data-dir=" + settings.dataDir(),
                        "-Dsealbox.runtime.template-dir=" + settings.templateDir(),
                        "-Dsealbox.runtime.node-id=" + settings.nodeId(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Server.class.getName(),
                        sandbox.value())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(server.inputReader().lines().anyMatch("started"::equals)).isTrue();

        server.destroyForcibly().waitFor();
        node.restart();

        assertThat(await(node.runtime().running()))
                .extracting(SandboxAddress::sandbox)
                .containsExactly(sandbox);
        assertThat(node.read(sandbox, "counted")).isNotEmpty();
        var before = node.read(sandbox, "counted").length();
        Eventually.holds(
                () -> assertThat(node.read(sandbox, "counted").length()).isGreaterThan(before));
    }

    @Test
    void letsAFrozenSandboxGoOnAfterACrashInTheMiddleOfACheckpoint() throws IOException {
        var started = node.start(Node.LIMITS);
        node.runtime().close();
        var group = "sealbox-" + node.settings().nodeId() + "/" + started.sandbox();
        var version1 = Path.of("/sys/fs/cgroup/freezer", group, "freezer.state");
        if (Files.exists(version1)) {
            Files.writeString(version1, "FROZEN");
        } else {
            Files.writeString(Path.of("/sys/fs/cgroup", group, "cgroup.freeze"), "1");
        }
        Files.createDirectories(node.disks().resolve("drafts/half/diff"));

        node.restart();

        assertThat(await(node.runtime().running())).containsExactly(started);
        assertThat(node.run(started.sandbox(), "echo awake").stdout()).isEqualTo("awake\n");
        assertThat(node.disks().resolve("drafts")).doesNotExist();
    }

    @Test
    void startsAnewWhatACrashHasLeftHalfStarted() throws IOException {
        var started = node.start(Node.LIMITS);
        node.run(started.sandbox(), "sudo rm -r /etc/sealbox");
        node.runtime().close();
        Files.delete(node.disks().resolve("sandboxes/" + started.sandbox() + "/complete"));

        node.restart();

        assertThat(await(node.runtime().running())).isEmpty();
        assertThat(await(node.runtime().start(launch(started.sandbox()))).address())
                .isEqualTo(started);
        assertThat(node.run(started.sandbox(), "test -s /etc/sealbox/truststore.p12")
                        .exitCode())
                .isZero();
    }

    /** A container whose record is lost, and pieces of one that was killed while it came or went. */
    @Test
    void clearsAwayWhatNobodyKnowsAtItsStartAndAdoptsTheRest() throws IOException {
        var known = node.start(Node.LIMITS);
        var mounts = mounts();
        var unknown = node.start();
        node.run(unknown, "sleep 1000 > /dev/null 2>&1 &");
        var half = SandboxId.random(new Random());
        node.runtime().close();
        Node.Host.run("rm", "-r", node.disks().resolve("sandboxes/" + unknown).toString());
        Files.createFile(node.data().resolve("run/" + half));
        Node.Host.run(
                "ip",
                "netns",
                "add",
                "sandbox-" + node.settings().nodeId() + "-" + half.value().substring(3));
        Node.Host.run(
                "sh",
                "-c",
                "for each in /sys/fs/cgroup/*/sealbox-" + node.settings().nodeId() + " /sys/fs/cgroup/sealbox-"
                        + node.settings().nodeId() + "; do if [ -d $each ]; then mkdir $each/" + half + "; fi; done");

        node.restart();

        assertThat(await(node.runtime().running())).containsExactly(known);
        var adopted = traces(known.sandbox());
        Eventually.holds(() -> assertThat(traces(unknown)).isSubsetOf(adopted));
        assertThat(traces(half)).isSubsetOf(adopted);
        assertThat(mounts()).isEqualTo(mounts);
        assertThat(node.run(known.sandbox(), "echo adopted").stdout()).isEqualTo("adopted\n");
    }

    @Test
    void missesASandboxThatDiedAndStartsItAgainWithItsDisk() {
        var started = node.start(Node.LIMITS);
        node.write(started.sandbox(), "mark", "kept");
        kill(started.sandbox());

        Eventually.holds(() -> assertThat(await(node.runtime().running())).isEmpty());
        assertThatThrownBy(() -> node.run(started.sandbox(), "true")).hasRootCauseInstanceOf(SandboxMissing.class);
        node.restart();
        assertThat(await(node.runtime().running())).isEmpty();
        assertThat(await(node.runtime().start(launch(started.sandbox()))).address())
                .isEqualTo(started);

        assertThat(node.read(started.sandbox(), "mark")).isEqualTo("kept");
    }

    /** A killed process is gone when the kernel finds the time, and so is what it was in. */
    @Test
    void startsAgainWhileSomethingStillHoldsItsFormerNetwork() throws IOException {
        var sandbox = node.start();
        var checkpoint = node.checkpoint(sandbox);
        var network = "/run/netns/sandbox-" + node.settings().nodeId() + "-"
                + sandbox.value().substring("sb-".length());
        var holder = new ProcessBuilder("nsenter", "--net=" + network, "sh", "-c", "echo in; exec sleep 1000").start();
        try {
            assertThat(holder.inputReader().readLine()).isEqualTo("in");

            node.restore(sandbox, 1, checkpoint);

            assertThat(node.run(sandbox, "echo alive").stdout()).isEqualTo("alive\n");
        } finally {
            holder.destroyForcibly();
        }
    }

    @Test
    void endsARunningCommandWhenItsSandboxStops() {
        var sandbox = node.start();
        var running =
                node.runtime().run(sandbox, new Command(List.of("/bin/sleep", "1000"), Map.of(), "/", Duration.ZERO));
        Eventually.holds(
                () -> assertThat(node.run(sandbox, "pgrep sleep").exitCode()).isZero());

        await(node.runtime().stop(sandbox));

        assertThatThrownBy(() -> await(running)).hasRootCauseInstanceOf(SandboxMissing.class);
    }

    @Test
    void leavesNothingOfAStartThatFailed() throws IOException {
        var mounts = mounts();
        var sandbox = SandboxId.random(new Random());

        assertThatThrownBy(() -> await(node.runtime()
                        .start(new Launch(
                                sandbox,
                                "base",
                                List.of(),
                                Node.LIMITS,
                                "no certificate\n-----BEGIN CERTIFICATE-----\n"))))
                .hasMessageContaining("trust");

        Eventually.holds(() -> assertThat(traces(sandbox)).isEmpty());
        assertThat(mounts()).isEqualTo(mounts);
    }

    @Test
    void keepsTwoNodesApart() {
        var here = node.start();
        try (var neighbour = Node.open()) {
            var there = neighbour.start();

            assertThat(neighbour.runtime().networkNamespace())
                    .isNotEqualTo(node.runtime().networkNamespace());
            neighbour.restart();

            assertThat(await(neighbour.runtime().running()))
                    .extracting(SandboxAddress::sandbox)
                    .containsExactly(there);
        }
        assertThat(node.run(here, "echo fine").stdout()).isEqualTo("fine\n");
    }

    @Test
    void refusesADataFolderThatAnotherProcessHas() {
        assertThatThrownBy(() -> OciRuntime.open(node.settings()))
                .hasMessageContaining("another process runs the sandboxes");
    }

    private void kill(SandboxId sandbox) {
        Node.Host.run("runc", "--root", node.data().resolve("runc").toString(), "kill", sandbox.value(), "KILL");
    }

    private static Launch launch(SandboxId sandbox) {
        return new Launch(sandbox, "base", List.of(), Node.LIMITS, Certificates.AUTHORITY);
    }

    /** Whatever on this host bears the sandbox's name. */
    private List<String> traces(SandboxId sandbox) throws IOException {
        var name = sandbox.value().substring(3);
        var found = Stream.of(
                        Node.Host.run(
                                "find",
                                "/sys/fs/cgroup",
                                "/run/netns",
                                node.data().toString(),
                                "-name",
                                "*" + name + "*"),
                        Node.Host.run(
                                "runc", "--root", node.data().resolve("runc").toString(), "list", "--quiet"),
                        Node.Host.run(
                                "ip",
                                "-o",
                                "-n",
                                "sealbox-" + node.settings().nodeId(),
                                "link",
                                "show",
                                "type",
                                "veth"),
                        Node.Host.run("sh", "-c", "grep -l " + name + " /proc/[0-9]*/cgroup 2>/dev/null || true"),
                        Node.Host.run(
                                "nsenter",
                                "--net=" + node.runtime().networkNamespace(),
                                "sh",
                                "-c",
                                "nft list set inet sealbox guests | grep 02:5b || true"))
                .flatMap(String::lines);
        return found.toList();
    }

    /** Without the network namespaces of others: tests of another module may make some at the same time. */
    private static List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .map(line -> line.substring(line.indexOf(' ', line.indexOf(' ') + 1)))
                .filter(line ->
                        !line.contains(" /run/netns/") || line.contains("/sealbox-") || line.contains("/sandbox-"))
                .toList();
    }

    /** Stands for the server: starts a sandbox in which something goes on, and waits to be killed. */
    static final class Server {
        private Server() {}

        public static void main(String[] arguments) throws InterruptedException {
            var runtime = OciRuntime.open(RuntimeSettings.from(ConfigFactory.load()));
            var sandbox = new SandboxId(arguments[0]);
            await(runtime.start(launch(sandbox)));
            await(runtime.run(
                    sandbox,
                    new Command(
                            List.of("/bin/sh", "-c", "(while :; do echo x >> counted; sleep 0.02; done) & "),
                            Map.of("PATH", "/bin:/usr/bin"),
                            "/home/sandbox",
                            Duration.ofSeconds(10))));
            System.out.println("started");
            Thread.sleep(60_000);
        }
    }
}
