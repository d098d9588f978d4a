package dev.sealbox.runtime;

import static dev.sealbox.runtime.Node.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.preview.PortConnection;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.sandbox.SandboxMissing;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Connections from outside to programs in a real sandbox. */
class PortsIT {
    private static final int LIMIT = 8;

    /** Takes connections one after the other and does with each what its script says. */
    private static final String PROGRAM = """
            perl -MIO::Socket::IP -e '
            $l = IO::Socket::IP->new(LocalHost => "ADDRESS", LocalPort => PORT, Listen => 20, ReuseAddr => 1) or die $@;
            while ($s = $l->accept()) { binmode $s; $s->autoflush(1); if (fork) { close $s; next } SCRIPT; exit }' >/tmp/said 2>&1 &
            """;

    private static Node node;
    private static SandboxId sandbox;
    private static int nextPort = 3000;

    @BeforeAll
    static void start() {
        node = Node.open("port-connections = " + LIMIT);
        sandbox = node.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static PreviewPort program(String address, String script) {
        var port = nextPort++;
        assertThat(node.run(
                                sandbox,
                                PROGRAM.replace("ADDRESS", address)
                                        .replace("PORT", Integer.toString(port))
                                        .replace("SCRIPT", script))
                        .exitCode())
                .isZero();
        var wait =
                "for i in $(seq 200); do grep -qi ':HEX .* 0A ' /proc/net/tcp /proc/net/tcp6 && exit 0; sleep 0.05; done;"
                        + " cat /tmp/said; exit 1";
        var waited = node.run(
                sandbox, wait.replace("HEX", HexFormat.of().withUpperCase().toHexDigits((short) port)));
        assertThat(waited.exitCode()).as(waited.stdout()).isZero();
        return new PreviewPort(port);
    }

    private static PortConnection connected(PreviewPort port) {
        return ((Outcome.Done<PortConnection>) await(node.runtime().connect(sandbox, port))).value();
    }

    private static String all(PortConnection connection) {
        var heard = new ByteArrayOutputStream();
        for (var more = await(connection.receive()); more.isPresent(); more = await(connection.receive())) {
            heard.writeBytes(more.get());
        }
        return heard.toString(UTF_8);
    }

    @Test
    void reachesProgramsThatListenOnLoopbackOnlyOrOnAllAddresses() {
        for (var address : new String[] {"127.0.0.1", "0.0.0.0"}) {
            var port = program(address, "print $s \"hello from $$\\n\"; close $s");
            try (var connection = connected(port)) {
                assertThat(all(connection)).as(address).startsWith("hello from");
            }
        }
    }

    @Test
    void saysThatNothingListens() {
        for (var port : new int[] {1, 2999, 65_535}) {
            assertThat(await(node.runtime().connect(sandbox, new PreviewPort(port))))
                    .isEqualTo(Outcome.refused(new PreviewRefusal.NothingListens(port)));
        }
    }

    @Test
    void carriesBothWaysByteForByteHoweverSlowly() {
        var port = program("127.0.0.1", "print $s $_ while sysread $s, $_, 70000");
        var content = new byte[32 << 10];
        new Random(3).nextBytes(content);
        try (var connection = connected(port)) {
            for (var each = 0; each < 40; each++) {
                await(connection.send(content));
                var heard = new ByteArrayOutputStream();
                while (heard.size() < content.length) {
                    heard.writeBytes(await(connection.receive()).orElseThrow());
                }
                assertThat(heard.toByteArray()).isEqualTo(content);
            }
        }
    }

    @Test
    void holdsBackWhoSaysMoreThanIsTaken() {
        var deaf = program("127.0.0.1", "sleep 100");
        try (var connection = connected(deaf)) {
            var sent = connection.send(new byte[32 << 10]).toCompletableFuture();
            for (var each = 0; each < 2000 && isDoneSoon(sent); each++) {
                sent = connection.send(new byte[32 << 10]).toCompletableFuture();
            }
            assertThat(sent)
                    .as("64 MB are not taken by somebody who reads none")
                    .isNotDone();
        }
        // Closing it has ended the agent's part as well, although the program still reads nothing.
        // Process 1 and the one that looks are left.
        var left = "for i in $(seq 100); do [ $(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'"
                + " | grep -c '^/dev/sealbox-agent$') -le 2 ] && exit 0; sleep 0.1; done; exit 1";
        assertThat(node.run(sandbox, left).exitCode()).isZero();
    }

    private static boolean isDoneSoon(java.util.concurrent.CompletableFuture<?> sent) {
        try {
            sent.get(500, TimeUnit.MILLISECONDS);
            return true;
        } catch (java.util.concurrent.TimeoutException e) {
            return false;
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tellsABreakFromAnEnd() {
        // With a linger of no time a close is a reset.
        var port = program("127.0.0.1", "setsockopt $s, 1, 13, pack(\"ii\", 1, 0); sysread $s, $_, 1; close $s");
        try (var connection = connected(port)) {
            await(connection.send(new byte[] {1}));
            assertThat(connection.receive().toCompletableFuture()).failsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void takesOnlySoManyAtATimeAndGivesPlacesBack() {
        var port = program("127.0.0.1", "sysread $s, $_, 1");
        var held = new ArrayList<PortConnection>();
        while (held.size() < LIMIT) {
            held.add(connected(port));
        }
        assertThat(await(node.runtime().connect(sandbox, port)))
                .isEqualTo(Outcome.refused(new PreviewRefusal.TooManyConnections(LIMIT)));
        held.forEach(connection -> {
            connection.close();
            connection.close();
        });
        try (var again = connected(port)) {
            await(again.send(new byte[] {1}));
            assertThat(all(again)).isEmpty();
        }
    }

    @Test
    void endsWithItsSandbox() {
        var other = node.start();
        var own = sandbox;
        sandbox = other;
        try {
            var connection = connected(program("127.0.0.1", "sleep 100"));
            var heard = connection.receive().toCompletableFuture();
            await(node.runtime().stop(other));
            assertThat(heard.exceptionally(failure -> Optional.of(new byte[0]))).succeedsWithin(Duration.ofSeconds(10));
            connection.close();
            assertThat(node.runtime().connect(other, new PreviewPort(3000)).toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(SandboxMissing.class);
        } finally {
            sandbox = own;
        }
    }
}
