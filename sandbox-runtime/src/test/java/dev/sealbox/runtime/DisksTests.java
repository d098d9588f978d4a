package dev.sealbox.runtime;

import static dev.sealbox.runtime.Node.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LONG;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.sandbox.Taken;
import dev.sealbox.domain.sandbox.TrustFiles;
import dev.sealbox.runtime.storage.StorageKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints and what is forked from them, whatever keeps the disks. */
abstract class DisksTests {
    private static final List<String> WHO_AM_I = List.of(
            "hostname",
            "cat /etc/machine-id",
            "cat /var/lib/dbus/machine-id",
            "cat /proc/sys/kernel/random/boot_id",
            "head -c 8 /dev/urandom | od -An -tx1",
            "cat /sys/class/net/eth0/address",
            "hostname -I");

    private final StorageKind kind;
    Node node;

    private final int longestChain;

    /** @param longestChain how many layers a disk is tried on */
    DisksTests(StorageKind kind, int longestChain) {
        this.kind = kind;
        this.longestChain = longestChain;
    }

    @BeforeEach
    void open() {
        node = Node.open(kind);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void givesForksTheFilesOfTheCheckpointAndNothingLater() {
        var parent = node.start();
        node.run(parent, "echo before > file");
        var checkpoint = node.checkpoint(parent);
        node.run(parent, "echo after > file; touch later");

        var fork = node.start(checkpoint);
        node.run(fork, "echo fork > own");

        assertThat(node.run(fork, "cat file; ls").stdout()).isEqualTo("before\nfile\nown\n");
        assertThat(node.run(parent, "cat file; ls").stdout()).isEqualTo("after\nfile\nlater\n");
    }

    /** What of a parent could act in its fork: names, seeds, numbers, processes and what they hold, sessions. */
    @Test
    void makesAForkAnotherMachineInWhichNothingOfItsParentGoesOn() {
        var parent = node.start();
        node.run(parent, """
                sudo mkdir -p /var/lib/systemd /var/lib/dbus
                sudo sh -c 'head -c 512 /dev/urandom > /var/lib/systemd/random-seed; cp /etc/machine-id /var/lib/dbus/'
                cat > serve.py <<'END'
                import signal, socket
                tcp, unix = socket.create_server(('127.0.0.1', 7777)), socket.socket(socket.AF_UNIX)
                unix.bind('sock'); unix.listen()
                signal.signal(signal.SIGALRM, lambda *all: open('ticks', 'a').write('x'))
                signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
                open('serving', 'w')
                while True: signal.pause()
                END
                nohup python3 serve.py > /dev/null 2>&1 &
                until test -e serving && test -s ticks; do sleep 0.01; done
                """);
        try (var session = Client.start(node, parent, "cat")) {
            var checkpoint = node.checkpoint(parent);
            var fork = node.start(checkpoint);

            for (var word : WHO_AM_I) {
                assertThat(node.run(fork, word).stdout())
                        .as(word)
                        .isNotBlank()
                        .isNotEqualTo(node.run(parent, word).stdout());
            }
            assertThat(node.run(fork, "cat /etc/sealbox/sandbox; . /etc/sealbox/sandbox; hostname")
                            .stdout())
                    .isEqualTo(
                            "SANDBOX_ID=%1$s\nFORKED_FROM=%2$s\nTIMES_RESTORED=0\n%1$s\n".formatted(fork, checkpoint));
            assertThat(node.read(parent, "/etc/sealbox/sandbox")).contains("\nFORKED_FROM=\n");
            assertThat(node.run(fork, """
                    ls /var/lib/systemd/random-seed; pgrep python3; wc -c < ticks > before; sleep 0.05; wc -c < ticks | cmp - before
                    python3 -c "
                    import socket
                    for kind, where in (socket.AF_INET, ('127.0.0.1', 7777)), (socket.AF_UNIX, 'sock'):
                        print(socket.socket(kind).connect_ex(where))"
                    """).stdout()).isEqualTo("111\n111\n");
            assertThat(node.run(fork, "cat /proc/sys/kernel/random/boot_id").stdout())
                    .isNotEqualTo(Node.Host.run("cat", "/proc/sys/kernel/random/boot_id"));
            assertThat(await(node.runtime().sessions(fork))).isEmpty();
            assertThat(await(node.runtime().attach(fork, session.session, false)))
                    .isInstanceOf(Outcome.Refused.class);
            session.send("goes on here\n");
            session.readUntil("goes on here\n");
        }
    }

    @Test
    void outlivesItsSource() {
        var parent = node.start();
        node.write(parent, "file", "kept");
        var checkpoint = node.checkpoint(parent);
        await(node.runtime().stop(parent));

        assertThat(node.read(node.start(checkpoint), "file")).isEqualTo("kept");
    }

    @Test
    void keepsWhatWasDeletedDeleted() {
        var first = node.start();
        node.run(first, "mkdir -p dir/sub && touch dir/a dir/sub/b gone; sudo rm -rf /etc/apt /usr/bin/wget");
        var one = node.checkpoint(first);
        var second = node.start(one);
        node.run(second, "rm -r dir gone && mkdir dir && touch dir/new; sudo mkdir /etc/apt");
        var two = node.checkpoint(second);

        var third = node.start(two, one);

        assertThat(node.run(third, "ls dir; test -e gone; echo $?; ls -A /etc/apt; test -e /usr/bin/wget; echo $?")
                        .stdout())
                .isEqualTo("new\n1\n1\n");
    }

    @Test
    void keepsOwnersModesLinksTimesAndAttributes() {
        var parent = node.start();
        node.run(parent, """
                echo x > plain; ln plain hard; ln -s plain soft; mkfifo fifo; chmod 4711 plain; touch -d @1000000000 soft plain
                sudo install -o 33 -g 34 -m 0640 /dev/null theirs; truncate -s 1G sparse
                python3 -c "import os, socket; os.setxattr('plain', 'user.note', b'kept'); socket.socket(1).bind('sock')"
                sudo cp /usr/bin/true capable; sudo python3 -c "
                import os, struct
                os.setxattr('capable', 'security.capability', struct.pack('<IIIII', 0x02000001, 1 << 10, 0, 0, 0))"
                """);
        var look = """
                stat -c '%n %F %a %u:%g %h' plain hard soft fifo sock theirs; stat -c '%Y' plain; du -k sparse | cut -f1
                python3 -c "import os; print(os.getxattr('plain', 'user.note'), os.getxattr('capable', 'security.capability')[4:8])"
                """;

        var fork = node.start(node.checkpoint(parent));

        assertThat(node.run(fork, look).stdout())
                .isEqualTo(node.run(parent, look).stdout())
                .contains("kept", "fifo", "33:34");
        assertThat(node.run(fork, "test plain -ef hard").exitCode()).isZero();
    }

    @Test
    void standsOnLongChainsAndTrustsNoAuthorityTwice() {
        var chain = new ArrayList<CheckpointId>();
        var sandbox = node.start();
        var certificates =
                node.run(sandbox, "grep -c BEGIN " + TrustFiles.BUNDLE).stdout();
        for (var generation = 0; generation < longestChain; generation++) {
            node.run(sandbox, "touch generation-" + generation);
            chain.addFirst(node.checkpoint(sandbox));
            await(node.runtime().stop(sandbox));
            sandbox = node.start(chain.toArray(CheckpointId[]::new));
        }

        assertThat(node.run(sandbox, "ls | wc -l").stdout()).isEqualTo(longestChain + "\n");
        assertThat(node.run(sandbox, "grep -c BEGIN " + TrustFiles.BUNDLE).stdout())
                .isEqualTo(certificates);
    }

    @Test
    void givesEverySandboxTheAuthorityItsNameAndItsNameServer() {
        var sandbox = node.start();
        var roots = Integer.parseInt(node.run(sandbox, "ls /usr/share/ca-certificates/mozilla | wc -l")
                .stdout()
                .strip());

        assertThat(node.read(sandbox, TrustFiles.AUTHORITY)).isEqualTo(Certificates.AUTHORITY);
        assertThat(node.read(sandbox, TrustFiles.BUNDLE)).endsWith(Certificates.AUTHORITY);
        assertThat(node.run(sandbox, "grep -c BEGIN " + TrustFiles.BUNDLE).stdout())
                .isEqualTo(roots + 1 + "\n");
        assertThat(node.run(
                                sandbox,
                                "openssl pkcs12 -in " + TrustFiles.PKCS12
                                        + " -passin pass:changeit -nokeys | grep -c BEGIN")
                        .stdout())
                .isEqualTo(roots + 1 + "\n");
        assertThat(node.run(sandbox, "cat /etc/resolv.conf; getent hosts " + sandbox)
                        .stdout())
                .isEqualTo("nameserver 169.254.169.253\n127.0.1.1       " + sandbox + "\n");
    }

    @Test
    void writesItsFilesOnlyIntoTheSandboxWhateverLinksLieThere(@TempDir Path host) throws IOException {
        Files.writeString(host.resolve("hosts"), "untouched");
        var parent = node.start();
        node.run(parent, """
                sudo sh -c 'rm -rf /etc/sealbox /etc/ssl/certs /usr/local/share/ca-certificates /etc/hosts /etc/resolv.conf
                rm /etc/hostname; mkdir -p /etc/hostname %1$s; ln -s /nowhere /etc/sealbox; ln -s %1$s /etc/ssl/certs
                ln -s %1$s /usr/local/share/ca-certificates; ln -s %1$s/hosts /etc/hosts; mkfifo /etc/resolv.conf'
                """.formatted(host));

        var fork = node.start(node.checkpoint(parent));

        try (var entries = Files.list(host)) {
            assertThat(entries).containsExactly(host.resolve("hosts"));
        }
        assertThat(host.resolve("hosts")).hasContent("untouched");
        assertThat(node.read(fork, TrustFiles.AUTHORITY)).isEqualTo(Certificates.AUTHORITY);
        assertThat(node.read(fork, "/etc/resolv.conf")).isEqualTo("nameserver 169.254.169.253\n");
    }

    @Test
    void pausesProcessesAndLetsThemGoOn() {
        var parent = node.start();
        node.run(parent, "(while :; do echo x >> log; sleep 0.01; done) > /dev/null 2>&1 &");

        node.checkpoint(parent);

        var before = node.read(parent, "log").length();
        Eventually.holds(() -> assertThat(node.read(parent, "log").length()).isGreaterThan(before));
    }

    @Test
    void takesACheckpointOnce() {
        var parent = node.start();
        var checkpoint = new CheckpointId(UUID.randomUUID());
        var size = await(node.runtime().checkpoint(parent, checkpoint, false)).sizeBytes();
        node.run(parent, "head -c 5000000 /dev/urandom > large");

        assertThat(await(node.runtime().checkpoint(parent, checkpoint, true))).isEqualTo(new Taken(size, false));
        assertThat(await(node.runtime().checkpoint(parent, new CheckpointId(UUID.randomUUID()), true)))
                .returns(false, Taken::memory)
                .extracting(Taken::sizeBytes, LONG)
                .isGreaterThan(size + 4_999_999);
    }

    @Test
    void letsALayerGoWhenNothingStandsOnIt() {
        var parent = node.start();
        var one = node.checkpoint(parent);
        var child = node.start(one);
        var two = node.checkpoint(child);

        await(node.runtime().discard(one));
        assertThat(layers()).containsExactlyInAnyOrder(one.toString(), two.toString());
        await(node.runtime().discard(two));
        assertThat(layers()).containsExactly(one.toString());
        await(node.runtime().stop(child));
        assertThat(layers()).isEmpty();
        await(node.runtime().discard(two));
    }

    @Test
    void putsASandboxBackInPlace() {
        var sandbox = node.start();
        node.run(sandbox, "echo before > file; touch doomed");
        var checkpoint = node.checkpoint(sandbox);
        node.run(sandbox, "echo after > file; rm doomed; touch later; sleep 4242 > /dev/null 2>&1 &");

        node.restore(sandbox, 1, checkpoint);
        node.restore(sandbox, 1, checkpoint);

        assertThat(node.run(sandbox, "cat file; ls; pgrep sleep").stdout()).isEqualTo("before\ndoomed\nfile\n");
        node.run(sandbox, "echo again > file");
        var again = node.checkpoint(sandbox);
        node.restore(sandbox, 2, checkpoint);
        assertThat(node.read(sandbox, "file")).isEqualTo("before\n");
        node.restore(sandbox, 3, again, checkpoint);
        assertThat(node.read(sandbox, "file")).isEqualTo("again\n");
        try (var entries = Files.list(node.disks().resolve("sandboxes/" + sandbox))) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .contains("disk-3")
                    .doesNotContain("upper", "work", "disk-0", "disk-1", "disk-2");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void leavesASandboxRunningThatCannotBePutBack() {
        var sandbox = node.start();
        node.write(sandbox, "file", "kept");

        assertThatThrownBy(() -> node.restore(sandbox, 1, new CheckpointId(UUID.randomUUID())))
                .hasMessageContaining("is not on this host");

        assertThat(node.read(sandbox, "file")).isEqualTo("kept");
    }

    @Test
    void keepsDisksAndLayersAcrossARestart() {
        var parent = node.start();
        node.write(parent, "file", "kept");
        var checkpoint = node.checkpoint(parent);

        node.restart();

        assertThat(node.read(parent, "file")).isEqualTo("kept");
        assertThat(node.read(node.start(checkpoint), "file")).isEqualTo("kept");
    }

    @Test
    void saysThatACheckpointIsNotHere() {
        assertThatThrownBy(() -> node.start(new CheckpointId(UUID.randomUUID())))
                .hasMessageContaining("storage: checkpoint")
                .hasMessageContaining("is not on this host");
        assertThat(node.disks().resolve("sandboxes")).isEmptyDirectory();
    }

    @Test
    void removesDisksThatAreHardToRemove() {
        var sandbox = node.start();
        node.run(
                sandbox,
                "python3 -c \"\nimport os\nfor i in range(1500): os.mkdir('d' * 20); os.chdir('d' * 20)\"; ln -s / root; chmod 0 .");

        await(node.runtime().stop(sandbox));

        assertThat(node.disks().resolve("sandboxes")).isEmptyDirectory();
        assertThat(node.disks().resolve("trash")).isEmptyDirectory();
    }

    private List<String> layers() {
        try (var entries = Files.list(node.disks().resolve("layers"))) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
