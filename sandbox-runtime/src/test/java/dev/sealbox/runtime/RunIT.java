package dev.sealbox.runtime;

import static dev.sealbox.runtime.Node.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.SandboxMissing;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Commands in a running sandbox. */
class RunIT {
    private static Node node;
    private static SandboxId sandbox;

    @BeforeAll
    static void start() {
        node = Node.open("output-limit = 1 MiB");
        sandbox = node.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void tellsBothOutputsAndTheExitCode() {
        var result = node.run(sandbox, "echo out; echo err >&2; exit 7");

        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(result.stderr()).isEqualTo("err\n");
        assertThat(result.exitCode()).isEqualTo(7);
    }

    @Test
    void runsAsTheSandboxUserWhoMaySudo() {
        var result = node.run(sandbox, "id; pwd; sudo id -u; hostname");

        assertThat(result.stdout())
                .isEqualTo("uid=1000(sandbox) gid=1000(sandbox) groups=1000(sandbox)\n/home/sandbox\n0\n" + sandbox
                        + "\n");
        assertThat(result.stderr()).isEmpty();
    }

    @Test
    void givesTheCommandItsEnvironmentAndDirectoryAndNothingElse() {
        var command = new Command(
                List.of("/usr/bin/env"), Map.of("A", "b c", "EMPTY", "", "U", "grün"), "/tmp", Duration.ZERO);

        assertThat(await(node.runtime().run(sandbox, command)).stdout().lines())
                .containsExactlyInAnyOrder("A=b c", "EMPTY=", "U=grün");
        var where = new Command(List.of("/bin/pwd"), Map.of(), "/tmp", Duration.ZERO);
        assertThat(await(node.runtime().run(sandbox, where)).stdout()).isEqualTo("/tmp\n");
    }

    @Test
    void passesArgumentsUnexpanded() {
        var result = node.run(sandbox, List.of("printf", "%s|", "*", "$HOME", "a b", ""), Duration.ZERO);

        assertThat(result.stdout()).isEqualTo("*|$HOME|a b||");
    }

    @Test
    void tellsAProgramOrDirectoryThatIsNotThere() {
        var program = node.run(sandbox, List.of("no-such-program"), Duration.ZERO);
        var directory = await(
                node.runtime().run(sandbox, new Command(List.of("/bin/true"), Map.of(), "/nowhere", Duration.ZERO)));

        assertThat(program.exitCode()).isEqualTo(127);
        assertThat(program.stderr()).contains("no-such-program: No such file");
        assertThat(directory.exitCode()).isEqualTo(126);
        assertThat(directory.stderr()).contains("/nowhere: No such file");
    }

    @Test
    void tellsASignalAsMinusOne() {
        assertThat(node.run(sandbox, "kill -SEGV $$").exitCode()).isEqualTo(-1);
    }

    @Test
    void givesACommandNoFilesOfTheAgent() {
        var descriptors = node.run(sandbox, "for f in /proc/self/fd/*; do echo ${f##*/}; done");

        assertThat(descriptors.stdout().lines().filter(f -> !f.equals("3") && !f.equals("4")))
                .containsExactly("0", "1", "2");
    }

    @Test
    void deliversLargeOutputWhole() {
        var result =
                node.run(sandbox, "head -c 300000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2");

        assertThat(result.stdout()).hasSize(300_000).matches("x+");
        assertThat(result.stderr()).hasSize(300_000).matches("y+");
    }

    @Test
    void killsAllDescendantsAtTheTimeoutAndNoOtherCommands() {
        node.run(sandbox, "sleep 5001 > /dev/null 2>&1 &");

        var result = node.run(
                sandbox,
                "echo begun; (setsid sleep 5002 &); sudo sleep 5003 & nohup sleep 5004 & sleep 5005",
                Duration.ofMillis(600));

        assertThat(result.exitCode()).isEqualTo(-1);
        assertThat(result.stdout()).isEqualTo("begun\n");
        assertThat(result.stderr()).endsWith("\nProcess timed out");
        assertThat(node.run(sandbox, "pgrep -a sleep").stdout())
                .contains("5001")
                .doesNotContain("5002", "5003", "5004", "5005");
        node.run(sandbox, "pkill -f 'sleep 5001'");
    }

    @Test
    void killsACommandThatWritesWithoutEndAtItsTimeout() {
        var node = RunIT.node;
        var started = System.nanoTime();

        var result = node.run(sandbox, "while :; do :; done; echo never", Duration.ofMillis(500));

        assertThat(result.exitCode()).isEqualTo(-1);
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void killsACommandWithItsDescendantsWhenNobodyListensAnyMore() {
        var result = node.run(sandbox, "(setsid sleep 6001 &); sudo sleep 6002 & yes");

        assertThat(result.exitCode()).isEqualTo(-1);
        assertThat(result.stdout()).startsWith("y\ny\n");
        assertThat(result.stderr()).contains("the command was killed: it wrote more than 1048576 bytes");

        Eventually.holds(() ->
                assertThat(node.run(sandbox, "pgrep -a 'sleep|yes'").stdout()).doesNotContain("600", "yes"));
    }

    @Test
    void answersWhenTheCommandEndsAndLeavesTheBackgroundAlone() {
        var result = node.run(sandbox, "(while :; do echo alive; sleep 0.02; done) & echo $! >&2");
        var background = result.stderr().lines().findFirst().orElseThrow();

        assertThat(result.exitCode()).isZero();
        assertThat(node.run(sandbox, "sleep 0.3; kill -0 " + background).exitCode())
                .isZero();
        node.run(sandbox, "kill " + background);
    }

    @Test
    void leavesNoZombies() {
        IntStream.range(0, 20).forEach(each -> node.run(sandbox, "(setsid true &)"));

        Eventually.holds(
                () -> assertThat(node.run(sandbox, "ps -eo stat= | grep -c Z").stdout())
                        .isEqualTo("0\n"));
    }

    @Test
    void runsManyCommandsAtOnce() {
        var all = IntStream.range(0, 60)
                .mapToObj(each -> node.runtime()
                        .run(
                                sandbox,
                                new Command(List.of("/bin/echo", "" + each), Map.of(), "/", Duration.ofSeconds(30))))
                .toList();

        for (var each = 0; each < all.size(); each++) {
            assertThat(await(all.get(each)).stdout()).isEqualTo(each + "\n");
        }
    }

    @Test
    void survivesAFuriousInside() {
        node.run(sandbox, "sudo kill -9 1; sudo kill -STOP 1; sudo kill -TERM -1; true", Duration.ofSeconds(5));

        assertThat(node.run(sandbox, "echo still here").stdout()).isEqualTo("still here\n");
    }

    /** Its client is the host alone; still nothing that it is sent may harm it. */
    @RepeatedTest(3)
    void survivesJunk(RepetitionInfo repetition) throws IOException {
        var random = new Random(repetition.getCurrentRepetition());
        var address = UnixDomainSocketAddress.of(node.data().resolve("run").resolve(sandbox.value()));
        for (var each = 0; each < 100; each++) {
            var junk = new byte[random.nextInt(5, 3000)];
            random.nextBytes(junk);
            if (random.nextBoolean()) {
                // A known request with a plausible length, so that its content is looked at.
                ByteBuffer.wrap(junk).put((byte) random.nextInt(0x10, 0x17)).putInt(junk.length - 5);
            }
            try (var channel = SocketChannel.open(address)) {
                channel.write(ByteBuffer.wrap(junk));
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("Broken pipe");
            }
        }

        assertThat(node.run(sandbox, "echo still here").stdout()).isEqualTo("still here\n");
        Eventually.holds(() ->
                assertThat(node.run(sandbox, "pgrep -c sealbox-agent").stdout()).isIn("2\n", "1\n"));
    }

    @Test
    void knowsNoOtherSandboxes() {
        assertThatThrownBy(() -> node.run(new SandboxId("sb-0000000000000000"), "true"))
                .hasRootCauseInstanceOf(SandboxMissing.class);
    }
}
