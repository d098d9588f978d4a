package dev.sealbox.runtime;

import static dev.sealbox.runtime.Node.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.domain.session.SessionRefusal;
import dev.sealbox.domain.session.TerminalSize;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sessions with real processes: what they write, are sent, and are done to. */
class SessionsIT {
    private static Node node;
    private static SandboxId sandbox;

    @BeforeAll
    static void start() {
        node = Node.open("sessions { slow-client = 1 s, lonely-terminal = 700 ms, running = 20, clients = 3 }");
        sandbox = node.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Client client(String script) {
        return Client.start(node, sandbox, script);
    }

    private static void signal(Client client, int number) {
        assertThat(await(node.runtime().act(sandbox, new SessionAction.Signal(client.session, number))))
                .isInstanceOf(Outcome.Done.class);
    }

    private static Client terminal(String... argv) {
        return Client.start(
                node,
                sandbox,
                Client.wanted(Duration.ZERO, Duration.ZERO, Optional.of(new TerminalSize(100, 30)), argv));
    }

    @Test
    void tellsBothOutputsAndTheExitCodeToEveryClient() {
        try (var client = client("echo out; echo err >&2; read line; echo got $line; exit 7")) {
            client.readUntil("out\n");
            try (var second = Client.attach(node, sandbox, client.session, false)) {
                client.send("it\n");

                assertThat(client.readAll().output()).isEqualTo("out\ngot it\n");
                assertThat(second.readAll().output()).isEqualTo("out\ngot it\n");
                assertThat(second.errors()).isEqualTo("err\n");
                assertThat(second.seams()).isOne();
                assertThat(second.exitCode()).isEqualTo(7);
            }
            try (var late = Client.attach(node, sandbox, client.session, false)) {
                assertThat(late.readAll().output()).isEqualTo("out\ngot it\n");
                assertThat(late.exitCode()).isEqualTo(7);
            }
        }
    }

    @Test
    void mergesTheInputOfAllAndKeepsItOpen() {
        try (var one = client("cat");
                var two = Client.attach(node, sandbox, one.session, false)) {
            one.send("a\n");
            one.readUntil("a\n");
            two.send("b\n");
            two.readUntil("b\n");
            one.leave();
            two.send("c\n");
            two.readUntil("a\nb\nc\n");
            signal(two, 15);

            assertThat(two.readAll().exitCode()).isEqualTo(-1);
        }
    }

    @Test
    void passesLargeInputUnchangedThroughAProcessThatWritesAsMuch() {
        var block = "0123456789abcdef".repeat(1024);
        try (var client = client("head -c 4194304 | tr a-f A-F | md5sum")) {
            for (var each = 0; each < 256; each++) {
                client.send(block);
            }

            assertThat(client.readAll().output())
                    .startsWith(node.run(sandbox, "yes 0123456789ABCDEF | tr -d '\\n' | head -c 4194304 | md5sum")
                            .stdout()
                            .substring(0, 32));
        }
    }

    @Test
    void killsAProcessThatReadsNoInput() {
        try (var client = client("sleep 1000 & wait")) {
            var last =
                    client.attachment().send(new byte[Attachment.LARGEST_INPUT]).toCompletableFuture();
            for (var each = 0; each < 10 && last.isDone(); each++) {
                last = client.attachment()
                        .send(new byte[Attachment.LARGEST_INPUT])
                        .toCompletableFuture();
            }
            signal(client, 9);

            assertThat(client.readAll().exitCode()).isEqualTo(-1);
            assertThat(last.orTimeout(10, TimeUnit.SECONDS)).succeedsWithin(Duration.ofSeconds(10));
            signal(client, 9);
        }
        Eventually.holds(() ->
                assertThat(node.run(sandbox, "pgrep -fx 'sleep 1000'").stdout()).isEmpty());
    }

    @Test
    void sendsASignalThatTheProcessMayHandle() {
        try (var client = client("trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.05; done")) {
            client.readUntil("ready\n");
            signal(client, 2);

            assertThat(client.readAll().output()).isEqualTo("ready\ncaught\n");
            assertThat(client.exitCode()).isEqualTo(5);
        }
    }

    @Test
    void goesOnWhenOutputsAreClosedAndEndsWhenDaemonsKeepThemOpen() {
        try (var quiet = client("exec >&- 2>&-; sleep 0.3; exit 4");
                var daemon = client("(setsid sh -c 'while :; do echo noise; done' &); echo end; exit 6")) {
            assertThat(quiet.readAll().exitCode()).isEqualTo(4);
            assertThat(daemon.readAll().exitCode()).isEqualTo(6);
            assertThat(daemon.output()).contains("end\n");
        }
        node.run(sandbox, "pkill -f 'echo noise'");
    }

    @Test
    void endsAtItsTimeoutOrSomeTimeAfterItsLastClientLeft() {
        var timed = Client.wanted(Duration.ofMillis(300), Duration.ZERO, Optional.empty(), "sleep", "2001");
        try (var client = Client.start(node, sandbox, timed)) {
            assertThat(client.readAll().exitCode()).isEqualTo(-1);
            assertThat(client.errors()).isEmpty();
        }
        var alone = Client.wanted(Duration.ZERO, Duration.ofMillis(300), Optional.empty(), "sleep", "2002");
        var client = Client.start(node, sandbox, alone);
        client.close();
        try (var back = Client.attach(node, sandbox, client.session, false)) {
            assertThat(back.seams()).isZero();
        }
        Eventually.holds(() -> assertThat(await(node.runtime().sessions(sandbox)))
                .anyMatch(view ->
                        view.id().equals(client.session) && view.exitCode().equals(Optional.of(-1))));
    }

    @Test
    void tellsAProgramThatCannotBeStarted() {
        var none = Client.wanted(Duration.ZERO, Duration.ZERO, Optional.empty(), "no-such-program");

        assertThat(Client.open(node, sandbox, none))
                .isEqualTo(
                        Outcome.refused(new SessionRefusal.CannotStart("no-such-program: No such file or directory")));
    }

    @Test
    void holdsUpTheProcessForAClientThatReadsAndCutsOffOneThatDoesNot() {
        try (var client = client("head -c 30000000 /dev/zero; echo; echo end");
                var slow = Client.attach(node, sandbox, client.session, false)) {
            client.readAll();
            assertThat(client.outputSize()).isEqualTo(30_000_000 + 5);
            assertThat(client.exitCode()).isZero();
            slow.readAll();
            assertThat(slow.isCut()).isTrue();
        }
        try (var nobody = client("yes flood | head -c 50000000; echo done")) {
            nobody.leave();
            Eventually.holds(() -> assertThat(await(node.runtime().sessions(sandbox)))
                    .anyMatch(view ->
                            view.id().equals(nobody.session) && view.exitCode().equals(Optional.of(0))));
            try (var late = Client.attach(node, sandbox, nobody.session, false)) {
                assertThat(late.readAll().output())
                        .hasSizeBetween(900_000, 1 << 20)
                        .endsWith("done\n");
            }
        }
    }

    @Test
    void knowsASessionOnlyInItsSandboxAndAsWhatItIs() {
        try (var client = client("sleep 3000")) {
            assertThat(await(node.runtime().attach(sandbox, new SessionId(UUID.randomUUID()), false)))
                    .isEqualTo(Outcome.refused(new SessionRefusal.NoSuchSession()));
            assertThat(await(node.runtime().attach(sandbox, client.session, true)))
                    .isEqualTo(Outcome.refused(new SessionRefusal.NoSuchSession()));
            assertThat(await(node.runtime().sessions(sandbox)))
                    .anyMatch(view -> view.id().equals(client.session) && view.clients() == 1);
            try (var second = Client.attach(node, sandbox, client.session, false);
                    var third = Client.attach(node, sandbox, client.session, false)) {
                assertThat(await(node.runtime().attach(sandbox, client.session, false)))
                        .isEqualTo(Outcome.refused(new SessionRefusal.TooManyClients(3)));
                assertThat(second.session).isEqualTo(third.session);
            }
            signal(client, 9);
            client.readAll();
        }
    }

    @Test
    void isATerminalWithASizeAndJobControl() {
        try (var client = terminal("/bin/bash", "--norc")) {
            client.send("stty size; tty; ps -o tty= -p $$\n");
            client.readUntil("30 100\r\n").readUntil("/dev/pts/");
            assertThat(await(node.runtime()
                            .act(sandbox, new SessionAction.Resize(client.session, new TerminalSize(132, 43)))))
                    .isInstanceOf(Outcome.Done.class);
            client.send("stty size\n");
            client.readUntil("43 132\r\n");
            client.send("sleep 4000\n");
            client.readUntil("sleep 4000\r\n");
            Eventually.holds(
                    () -> assertThat(node.run(sandbox, "pgrep -fx 'sleep 4000'").stdout())
                            .isNotEmpty());
            client.send("\u0003");
            client.send("echo code $?\n");
            client.readUntil("code 130");
            client.send("exit 3\n");

            assertThat(client.readAll().exitCode()).isEqualTo(3);
        }
    }

    @Test
    void hangsUpATerminalThatNobodyIsAttachedTo() {
        var obedient = terminal("/bin/bash", "--norc");
        obedient.send("sleep 5000 & echo re''ady\n");
        obedient.readUntil("ready\r\n");
        var stubborn = terminal("/bin/sh");
        stubborn.send("trap '' HUP; echo re''ady\n");
        stubborn.readUntil("ready\r\n");
        obedient.leave();
        stubborn.leave();

        Eventually.holds(() -> assertThat(node.run(sandbox, "pgrep -fx 'sleep 5000|/bin/bash --norc|/bin/sh'")
                        .stdout())
                .isEmpty());
    }

    @Test
    void endsWithItsSandbox() {
        var other = node.start();
        try (var client = Client.start(node, other, "echo begun; sleep 7000")) {
            client.readUntil("begun\n");
            await(node.runtime().stop(other));

            assertThat(client.readAll().exitCode()).isEqualTo(-1);
        }
    }

    /** PROTOCOLS 10: what the SDKs' shell helper needs of a session. */
    @Test
    void isWhatTheShellHelperNeeds() {
        var bash = Client.wanted(Duration.ZERO, Duration.ZERO, Optional.empty(), "bash", "--noprofile", "--norc", "+m");
        try (var client = Client.start(node, sandbox, bash)) {
            client.send("{ cd /tmp; X=kept; } ; printf '\\n__A_%s__\\n' $?\n");
            client.readUntil("\n__A_0__\n");
            client.send("{ pwd; echo $X; ls /nowhere; } ; printf '\\n__B_%s__\\n' $?\n");
            client.readUntil("\n__B_2__\n");
            client.send("exit\n");

            assertThat(client.readAll().exitCode()).isZero();
            assertThat(client.output()).isEqualTo("\n__A_0__\n/tmp\nkept\n\n__B_2__\n");
            assertThat(client.errors()).contains("/nowhere").doesNotContain("\r");
        }
    }

    @Test
    void echoesSoonEnoughForATypist() {
        try (var client = terminal("cat")) {
            var times = new long[200];
            for (var each = 0; each < times.length; each++) {
                var began = System.nanoTime();
                client.send("x");
                var before = client.outputSize();
                while (client.outputSize() == before) {
                    client.read();
                }
                times[each] = System.nanoTime() - began;
            }
            Arrays.sort(times);
            System.out.println("echo: median " + times[100] / 1000 + " us, p99 " + times[197] / 1000 + " us");
            assertThat(Duration.ofNanos(times[100])).isLessThan(Duration.ofMillis(20));
        }
    }
}
