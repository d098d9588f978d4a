package dev.sealbox.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.domain.sandbox.SandboxMissing;
import dev.sealbox.domain.session.TerminalSize;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A sandbox in gVisor lives as one on runc does, beside which it runs. */
class GvisorIT {
    private static final String IN_GVISOR = "base-runsc";
    private static final Limits LIMITS = new Limits(1, 512, 20480);

    private static Node node;
    private static SandboxAddress one;

    @BeforeAll
    static void start() {
        node = Node.open();
        node.assumeItRuns("runsc");
        one = node.start(IN_GVISOR, LIMITS);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String run(String script) {
        var result = node.run(one.sandbox(), script);
        assertThat(result.exitCode()).as(script + ": " + result.stderr()).isZero();
        return result.stdout();
    }

    @Test
    void runsCommandsOnAKernelOfItsOwnAsTheSandboxUserWhoMaySudo() {
        var other = node.start();

        assertThat(run("cat /proc/version"))
                .isNotEqualTo(node.run(other, "cat /proc/version").stdout());
        assertThat(run("id -un; hostname")).isEqualTo("sandbox\n" + one.sandbox() + "\n");
        assertThat(run("echo in | sudo sh -c 'cat; id -u'; sudo sh -c 'exit 3' || echo $?"))
                .isEqualTo("in\n0\n3\n");
        assertThat(run("timeout 1 sudo sleep 4711 || ps -e -o args | grep -cx 'sleep 4711'; true"))
                .isEqualTo("0\n");
        assertThat(run("ls -d /etc; stat -c %n /etc")).isEqualTo("/etc\n/etc\n");
    }

    /** What makes up for the setuid bit is for nobody but who may sudo, and starts nothing but programs that have it. */
    @Test
    void makesNobodyElseRoot() {
        assertThat(node.run(one.sandbox(), "sudo -u nobody sh -c 'sudo id'").stdout())
                .doesNotContain("uid=0");
        assertThat(node.run(one.sandbox(), "/dev/sealbox-agent elevate /usr/bin/id id")
                        .stdout())
                .isEmpty();
        var pretending = "import os, socket, struct; s = socket.socketpair()[0]; "
                + "s.sendmsg([b'x'], [(1, 2, struct.pack('III', os.getpid(), 1000, 1000))])";
        assertThat(node.run(
                                one.sandbox(),
                                List.of("sudo", "-u", "nobody", "python3", "-c", pretending),
                                Duration.ofSeconds(30))
                        .stderr())
                .contains("PermissionError");
        run("cp /usr/bin/id mine; chmod u+s mine");
        assertThat(node.run(one.sandbox(), "./mine").stdout()).contains("uid=1000");
    }

    @Test
    void readsAndWritesFiles() {
        node.write(one.sandbox(), "told", "some text");
        run("echo more >> told; sudo chown root told; ln -s /proc/1/root/etc/shadow out");

        assertThat(node.read(one.sandbox(), "told")).isEqualTo("some textmore\n");
        assertThat(node.read(one.sandbox(), "/etc/hostname").strip())
                .isEqualTo(one.sandbox().value());
    }

    @Test
    void hasTerminals() {
        var wanted = Client.wanted(
                Duration.ZERO, Duration.ZERO, Optional.of(new TerminalSize(100, 30)), "/bin/bash", "--norc");
        try (var client = Client.start(node, one.sandbox(), wanted)) {
            client.readUntil("$ ");
            client.send("stty size; tty\n");
            client.readUntil("30 100\r\n").readUntil("/dev/pts/");
            client.send("sleep 4000\n");
            client.readUntil("sleep 4000\r\n");
            Eventually.holds(() -> assertThat(node.run(one.sandbox(), "ps -ef | grep -c '[s]leep 4000'")
                            .stdout())
                    .isEqualTo("1\n"));
            client.send("\u0003");
            client.send("echo code $?\n");
            client.readUntil("code 130");
            client.send("exit 3\n");

            assertThat(client.readAll().exitCode()).isEqualTo(3);
        }
    }

    /** A copy has what was written by then, in whatever way, and goes on under either runtime. */
    @Test
    void isCheckpointedAndForkedAcrossRuntimes() {
        run("""
                python3 -c "
                import mmap, os
                f = open('mapped', 'w+b'); f.truncate(8192)
                m = mmap.mmap(f.fileno(), 8192); m[4096:4100] = b'here'
                open('written', 'w').write('x' * 3000000)
                os.mkdir('/tmp/deep'); open('/tmp/deep/file', 'w').write('too')
                os.rename('/tmp/deep', '/tmp/moved')
                if os.fork() == 0:
                    os.close(1); os.close(2)
                    import time; time.sleep(1000); print(m[0])
                "
                """.replace("\n                ", "\n"));

        var checkpoint = node.checkpoint(one.sandbox());
        run("rm -rf written /tmp/moved");
        var look = "wc -c < written; cat /tmp/moved/file; tail -c 4096 mapped | head -c 4; uname -r";

        var fork = node.start(IN_GVISOR, LIMITS, checkpoint).sandbox();
        assertThat(node.run(fork, look).stdout()).startsWith("3000000\ntoohere4.4.0");
        var elsewhere = node.start("base-runc", LIMITS, checkpoint).sandbox();
        assertThat(node.run(elsewhere, look).stdout())
                .startsWith("3000000\ntoohere")
                .doesNotContain("4.4.0");
        assertThat(node.run(elsewhere, "sudo true").stderr()).isEmpty();
        Node.await(node.runtime().stop(fork));
        Node.await(node.runtime().stop(elsewhere));
    }

    /** What it has in memory only, a server, and a connection to the gateway. */
    private static final String LIVELY = """
            import os, socket, threading, time
            number, count = os.urandom(8).hex(), 0
            out = socket.create_connection(('169.254.169.253', 80))
            def talk():
                global heard
                while True:
                    try:
                        out.send(b'.'); heard = out.recv(9).decode()
                    except OSError as e:
                        heard = type(e).__name__
                        return
                    time.sleep(0.02)
            threading.Thread(target=talk, daemon=True).start()
            def tick():
                global count
                while True:
                    count += 1; time.sleep(0.02)
            threading.Thread(target=tick, daemon=True).start()
            server = socket.create_server(('0.0.0.0', 8080))
            open('lively', 'w').write(number)
            while True:
                asking, who = server.accept()
                asking.send(f'{number} {count} {heard}'.encode()); asking.close()
            """;

    private static final String GATEWAY = """
            import socket, threading
            server = socket.create_server(('169.254.169.253', 80))
            print('ready', flush=True)
            def answer(sandbox):
                try:
                    while sandbox.recv(9): sandbox.send(b'here')
                except OSError: pass
            while True:
                threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()
            """;

    private static String[] lively(SandboxId sandbox) {
        var asking = "import socket; print(socket.create_connection(('127.0.0.1', 8080)).recv(99).decode())";
        var answer = node.run(sandbox, List.of("python3", "-c", asking), Duration.ofSeconds(30));
        assertThat(answer.exitCode()).as(answer.stderr()).isZero();
        return answer.stdout().strip().split(" ");
    }

    @Test
    void goesOnAfterAFullCheckpointAndInItsForks() throws IOException {
        var gateway = new ProcessBuilder(
                        "nsenter", "--net=" + node.runtime().networkNamespace(), "python3", "-c", GATEWAY)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(gateway.inputReader().readLine()).isEqualTo("ready");
            goesOn();
        } finally {
            gateway.destroyForcibly();
        }
    }

    private static void goesOn() throws IOException {
        node.write(one.sandbox(), "lively.py", LIVELY);
        run("setsid python3 lively.py > lively.log 2>&1 &");
        Eventually.holds(() -> assertThat(run("wc -c < lively; cat lively.log")).isEqualTo("16\n"));
        Eventually.holds(() -> assertThat(lively(one.sandbox())[2]).isEqualTo("here"));
        var before = lively(one.sandbox());

        var checkpoint = new CheckpointId(UUID.randomUUID());
        var waiting = CompletableFuture.supplyAsync(() -> IntStream.range(0, 20)
                .mapToObj(
                        each -> node.run(one.sandbox(), "echo " + each).stdout().strip())
                .collect(Collectors.joining(" ")));
        assertThat(node.checkpoint(one.sandbox(), checkpoint)).isTrue();

        assertThat(waiting.join()).isEqualTo("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");
        wentOn(one.sandbox(), before);
        assertThat(run("hostname; sudo id -u")).isEqualTo(one.sandbox() + "\n0\n");
        assertThat(Node.await(node.runtime().running())).contains(one);
        run("echo later > later");

        var fork = node.start(IN_GVISOR, new Limits(1, 700, 20480), checkpoint);
        assertThat(fork.ip()).isNotEqualTo(one.ip());
        wentOn(fork.sandbox(), before);
        var look = "hostname; cat /etc/hostname; grep -o 'sb-.*' /etc/sealbox/sandbox; cat /proc/sys/kernel/hostname;"
                + " ls later 2>/dev/null; sudo id -u";
        var name = fork.sandbox() + "\n";
        assertThat(node.run(fork.sandbox(), look).stdout()).isEqualTo(name + name + name + name + "0\n");
        assertThat(node.run(fork.sandbox(), "cat /etc/machine-id").stdout()).isNotEqualTo(run("cat /etc/machine-id"));
        sleepsAndWakes(fork, before);
        assertThat(node.run(fork.sandbox(), reach(fork.ip())).stdout()).isEqualTo("here\n");
        assertThat(node.checkpoint(fork.sandbox(), new CheckpointId(UUID.randomUUID())))
                .as("with a connection that was just closed")
                .isFalse();
        wentOn(fork.sandbox(), before);
        assertThat(Node.await(node.runtime().park(fork.sandbox(), true)).memory())
                .as("with a connection that was just closed")
                .isFalse();
        assertThat(node.wake(IN_GVISOR, fork.sandbox(), LIMITS, true)).isFalse();
        beginsAgain(fork);

        node.restore(IN_GVISOR, one.sandbox(), 1, checkpoint);
        wentOn(one.sandbox(), before);
        assertThat(run("ls later 2>/dev/null || echo none")).isEqualTo("none\n");
        beginsAgain(node.startFor(Certificates.AUTHORITY + "\n", IN_GVISOR, LIMITS, checkpoint));
        beginsAgain(node.start("base-runc", LIMITS, checkpoint));
        var layers = node.disks().resolve("layers");
        var image = layers.resolve(checkpoint + "/memory/checkpoint.img");
        assertThat(Files.getPosixFilePermissions(layers)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        try (var file = FileChannel.open(image, StandardOpenOption.WRITE)) {
            file.truncate(file.size() - 1);
        }
        beginsAgain(node.start(IN_GVISOR, LIMITS, checkpoint));
        Node.await(node.runtime().discard(checkpoint));
    }

    /** Also when the server was away meanwhile. */
    private static void sleepsAndWakes(SandboxAddress sandbox, String[] before) {
        var asleep = Node.await(node.runtime().park(sandbox.sandbox(), true));
        assertThat(asleep.memory()).isTrue();
        assertThat(processes(sandbox.sandbox())).isEmpty();
        assertThat(kept(sandbox)).isNotEmpty();
        assertThat(Node.await(node.runtime().park(sandbox.sandbox(), true)))
                .as("it sleeps already")
                .isEqualTo(asleep);
        node.restart();
        assertThat(node.wake(IN_GVISOR, sandbox.sandbox(), LIMITS, true)).isTrue();
        assertThat(node.wake(IN_GVISOR, sandbox.sandbox(), LIMITS, true))
                .as("it is awake already")
                .isTrue();
        wentOn(sandbox.sandbox(), before);
        assertThat(node.run(sandbox.sandbox(), "hostname").stdout()).isEqualTo(sandbox.sandbox() + "\n");
        assertThat(kept(sandbox)).as("what would be older than the disk").isEmpty();
    }

    private static String kept(SandboxAddress sandbox) {
        var folder = node.disks().resolve("sandboxes/" + sandbox.sandbox());
        return Node.Host.run("find", folder.toString(), "-name", "checkpoint.img");
    }

    /** Over the wire, from the address that it has now. */
    private static String reach(String address) {
        return "python3 -c \"import socket; s = socket.create_connection(('169.254.169.253', 80)); s.send(b'.'); "
                + "assert s.getsockname()[0] == '" + address + "'; print(s.recv(9).decode())\"";
    }

    private static void wentOn(SandboxId sandbox, String[] before) {
        Eventually.holds(() -> {
            var now = lively(sandbox);
            assertThat(now[0]).isEqualTo(before[0]);
            assertThat(Integer.parseInt(now[1])).isGreaterThan(Integer.parseInt(before[1]));
            assertThat(now[2]).isEqualTo("ConnectionResetError");
        });
    }

    /** With the files of the checkpoint, and none of its processes. */
    private static void beginsAgain(SandboxAddress sandbox) {
        assertThat(node.run(sandbox.sandbox(), "pgrep -c python3; wc -c < lively")
                        .stdout())
                .isEqualTo("0\n16\n");
        Node.await(node.runtime().stop(sandbox.sandbox()));
    }

    /** What cannot be saved goes on undisturbed, and the checkpoint is of the disk. */
    @Test
    void keepsNoMemoryOfWhatCannotBeSaved() {
        var wanted = Client.wanted(Duration.ZERO, Duration.ZERO, Optional.empty(), "cat");
        try (var client = Client.start(node, one.sandbox(), wanted)) {
            client.send("before\n");
            client.readUntil("before\n");
            assertThat(node.checkpoint(one.sandbox(), new CheckpointId(UUID.randomUUID())))
                    .isFalse();
            client.send("after\n");
            client.readUntil("after\n");
        }
        run("pkill -x cat || true");
        goesOnUndisturbed("(exec 7> removed; sleep 4712) > /dev/null 2>&1 & sleep 0.2; rm removed");
        goesOnUndisturbed("mkdir gone; (cd gone; sleep 4712 > /dev/null 2>&1 &); sleep 0.2; rmdir gone");
        loseItsProcessesRatherThanEnd();
        var other = node.start();
        assertThat(node.checkpoint(other, new CheckpointId(UUID.randomUUID()))).isFalse();
        Node.await(node.runtime().stop(other));
    }

    private static void goesOnUndisturbed(String script) {
        run(script);
        assertThat(node.checkpoint(one.sandbox(), new CheckpointId(UUID.randomUUID())))
                .isFalse();
        assertThat(run("pgrep -fx 'sleep 4712' | wc -l; pkill -fx 'sleep 4712'"))
                .isEqualTo("1\n");
    }

    /** A removed file that no process has open, as it is on its way from one to another. */
    private static final String ON_ITS_WAY = """
            import os, socket, time
            one, other = socket.socketpair()
            file = os.open('removed', os.O_CREAT | os.O_RDWR)
            socket.send_fds(one, [b'x'], [file])
            os.close(file); os.unlink('removed')
            open('sent', 'w').close()
            time.sleep(1000)
            """;

    /** What nobody sees before, ends it in the attempt. */
    private static void loseItsProcessesRatherThanEnd() {
        node.write(one.sandbox(), "sends.py", ON_ITS_WAY);
        sends();
        assertThat(node.checkpoint(one.sandbox(), new CheckpointId(UUID.randomUUID())))
                .isFalse();
        assertThat(run("cat kept; pgrep -c python3 || true")).isEqualTo("kept\n0\n");
        assertThat(Node.await(node.runtime().running())).contains(one);

        sends();
        assertThat(Node.await(node.runtime().park(one.sandbox(), true)).memory())
                .isFalse();
        assertThat(node.wake(IN_GVISOR, one.sandbox(), LIMITS, false)).isFalse();
        assertThat(run("cat kept")).isEqualTo("kept\n");
        beginsWithItsDiskWhenItCannotGoOn();
    }

    private static void sends() {
        run("echo kept > kept; rm -f sent; setsid python3 sends.py > /dev/null 2>&1 &");
        Eventually.holds(() -> assertThat(run("ls sent")).isEqualTo("sent\n"));
    }

    private static void beginsWithItsDiskWhenItCannotGoOn() {
        run("touch taken; (exec 7< taken; exec sleep 4714) > /dev/null 2>&1 & echo later > kept");
        Eventually.holds(() -> assertThat(run("pgrep -fx 'sleep 4714' | wc -l")).isEqualTo("1\n"));
        assertThat(Node.await(node.runtime().park(one.sandbox(), true)).memory())
                .isTrue();
        var disk = node.disks().resolve("sandboxes/" + one.sandbox()).toString();
        assertThat(Node.Host.run("find", disk, "-name", "taken", "-print", "-delete"))
                .isNotEmpty();
        assertThat(node.wake(IN_GVISOR, one.sandbox(), LIMITS, true)).isFalse();
        assertThat(run("cat kept; pgrep -c sleep || true")).isEqualTo("later\n0\n");
        assertThat(kept(one)).isEmpty();
    }

    @Test
    void sleepsAndWakesAndIsAdopted() {
        run("echo kept > /tmp/kept; sleep 1000 > /dev/null 2>&1 &");
        // As when the node died in the middle of a checkpoint.
        var state = node.data().resolve("runsc").toString();
        Node.Host.run("runsc", "--root", state, "pause", one.sandbox().value());
        node.restart();
        assertThat(Node.await(node.runtime().running()))
                .extracting(SandboxAddress::sandbox)
                .contains(one.sandbox());
        assertThat(run("ps -ef | grep -c '[s]leep 1000'")).isEqualTo("1\n");
        assertThat(Node.await(node.runtime().memoryInUse(one.sandbox()))).isBetween(1L << 20, 512L << 20);

        assertThat(Node.await(node.runtime().park(one.sandbox(), false)).sizeBytes())
                .isPositive();
        assertThat(processes(one.sandbox())).isEmpty();
        node.startAgain(IN_GVISOR, one.sandbox(), LIMITS);

        assertThat(run("cat /tmp/kept; ps -ef | grep -c '[s]leep 1000' || true"))
                .isEqualTo("kept\n0\n");
    }

    /** Its kernel is a program that the limit holds for, so that what takes too much ends the sandbox; its disk stays. */
    @Test
    void endsWithTooMuchMemoryAndStartsAgain() {
        run("echo kept > before");
        Node.await(node.runtime().limit(one.sandbox(), new Limits(1, 200, 20480)));

        assertThatThrownBy(() -> node.run(one.sandbox(), "python3 -c \"x = b'x' * (1 << 30)\""))
                .hasRootCauseInstanceOf(SandboxMissing.class);
        assertThat(Node.await(node.runtime().running()))
                .extracting(SandboxAddress::sandbox)
                .doesNotContain(one.sandbox());
        node.startAgain(IN_GVISOR, one.sandbox(), LIMITS);

        assertThat(run("cat before; python3 -c \"print(len(b'x' * (250 << 20)))\""))
                .isEqualTo("kept\n262144000\n");
    }

    @Test
    void leavesNothingWhenItStops() throws IOException {
        var gone = node.start(IN_GVISOR, LIMITS).sandbox();
        assertThat(processes(gone)).hasSizeGreaterThan(2);
        assertThat(node.run(gone, "ls -A /tmp").stdout()).isEmpty();

        Node.await(node.runtime().stop(gone));

        assertThat(processes(gone)).isEmpty();
        var name = "*" + gone.value().substring(3) + "*";
        assertThat(Node.Host.run(
                        "find", "/sys/fs/cgroup", "/run/netns", node.data().toString(), "-name", name))
                .isEmpty();
        try (var states = Files.list(node.data().resolve("runsc"))) {
            assertThat(states).noneMatch(state -> state.toString().contains(gone.value()));
        }
        assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(gone.value());
    }

    /** On the host, by the control groups that they are in. */
    private static List<String> processes(SandboxId sandbox) {
        return Node.Host.run("sh", "-c", "grep -l " + sandbox.value() + " /proc/[0-9]*/cgroup 2>/dev/null || true")
                .lines()
                .toList();
    }
}
