package dev.sealbox.runtime;

import static dev.sealbox.runtime.Node.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.FileRefusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of a running sandbox, and what is planted there to trick whoever touches them. */
@Timeout(60)
class FilesIT {
    private static Node node;
    private static SandboxId sandbox;

    @BeforeAll
    static void start() {
        node = Node.open();
        sandbox = node.start();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void readsWhatWasWritten() {
        node.write(sandbox, "a/b/c.txt", "content\n");

        assertThat(node.read(sandbox, "/home/sandbox/a/b/c.txt")).isEqualTo("content\n");
        assertThat(node.run(sandbox, "stat -c '%U:%G %a' a a/b a/b/c.txt").stdout())
                .isEqualTo("sandbox:sandbox 755\nsandbox:sandbox 755\nsandbox:sandbox 644\n");
    }

    @Test
    void readsAnEmptyFile() {
        node.write(sandbox, "empty", "");

        assertThat(node.read(sandbox, "empty")).isEmpty();
    }

    @Test
    void carriesLargeFilesUnchanged() throws IOException {
        var content = new byte[9_000_001];
        new Random(7).nextBytes(content);

        await(node.runtime().write(sandbox, "large", new ByteArrayInputStream(content)));

        try (var read = value(await(node.runtime().read(sandbox, "large")))) {
            assertThat(Arrays.equals(read.readAllBytes(), content)).isTrue();
        }
    }

    @Test
    void writesOutsideTheHomeAsRoot() {
        node.write(sandbox, "/etc/motd", "hello");

        assertThat(node.run(sandbox, "stat -c '%U %a' /etc/motd").stdout()).isEqualTo("root 644\n");
    }

    @Test
    void keepsTheModeOfAFileThatItReplaces() {
        node.run(sandbox, "echo old > script && chmod 755 script");

        node.write(sandbox, "script", "new");

        assertThat(node.run(sandbox, "stat -c '%U %a' script; cat script").stdout())
                .isEqualTo("sandbox 755\nnew");
    }

    @Test
    void writesThroughLinksAndLeavesThemLinks() {
        node.run(sandbox, "mkdir -p links && ln -s real links/direct && ln -s links/direct indirect");

        node.write(sandbox, "indirect", "through");

        assertThat(node.run(sandbox, "cat links/real; readlink indirect").stdout())
                .isEqualTo("throughlinks/direct\n");
    }

    @Test
    void replacesAFileAtOnceAndOnlyWhenAllHasCome() {
        node.write(sandbox, "atomic", "before");
        var begun = new ByteArrayInputStream(new byte[200_000]);
        var broken = new SequenceInputStream(begun, new Broken());

        assertThat(node.runtime().write(sandbox, "atomic", broken).toCompletableFuture())
                .failsWithin(Duration.ofSeconds(20));

        assertThat(node.read(sandbox, "atomic")).isEqualTo("before");
        Eventually.holds(() -> assertThat(
                        node.run(sandbox, "ls -A | grep -c '^.sealbox'").stdout())
                .isEqualTo("0\n"));
    }

    @Test
    void listsByNameWithSizes() {
        node.run(
                sandbox,
                "mkdir -p listed/dir && cd listed && printf 12345 > b && touch a && ln -s nowhere dangling && ln -s dir link");

        var entries = value(await(node.runtime().list(sandbox, "listed")));

        assertThat(entries)
                .containsExactly(
                        new FileEntry("a", false, "/home/sandbox/listed/a", 0),
                        new FileEntry("b", false, "/home/sandbox/listed/b", 5),
                        new FileEntry("dangling", false, "/home/sandbox/listed/dangling", 0),
                        new FileEntry("dir", true, "/home/sandbox/listed/dir", 0),
                        new FileEntry("link", true, "/home/sandbox/listed/link", 0));
    }

    @Test
    void makesDirectoriesAndFindsThemMade() {
        assertThat(await(node.runtime().makeDirectory(sandbox, "x/y/z"))).isEqualTo(Outcome.done(Unit.DONE));
        assertThat(await(node.runtime().makeDirectory(sandbox, "x/y/z"))).isEqualTo(Outcome.done(Unit.DONE));
        node.write(sandbox, "file", "");
        assertThat(refusal(await(node.runtime().makeDirectory(sandbox, "file"))))
                .isInstanceOf(FileRefusal.NotPossible.class);
        assertThat(refusal(await(node.runtime().makeDirectory(sandbox, "file/below"))))
                .isInstanceOf(FileRefusal.NotPossible.class);
    }

    @Test
    void removesTreesButNothingBehindLinks() {
        node.run(
                sandbox,
                "mkdir -p tree/deep kept && touch kept/file tree/deep/file && ln -s ../kept tree/link && ln -s kept alias");

        await(node.runtime().remove(sandbox, "tree"));
        await(node.runtime().remove(sandbox, "alias/"));

        assertThat(node.run(sandbox, "ls -d tree alias kept/file").stdout()).isEqualTo("kept/file\n");
        assertThat(await(node.runtime().remove(sandbox, "tree"))).isEqualTo(Outcome.done(Unit.DONE));
    }

    @Test
    void removesATreeDeeperThanPathsMayBe() {
        node.run(
                sandbox,
                "python3 -c \"\nimport os\nos.mkdir('deep'); os.chdir('deep')\nfor i in range(1500): os.mkdir('d' * 20); os.chdir('d' * 20)\"");

        assertThat(await(node.runtime().remove(sandbox, "deep"))).isEqualTo(Outcome.done(Unit.DONE));
        assertThat(node.run(sandbox, "test -e deep").exitCode()).isEqualTo(1);
    }

    @Test
    void seesOnlyTheSandboxThroughItsLinks(@TempDir Path host) throws IOException {
        Files.writeString(host.resolve("secret"), "of the host");
        node.run(
                sandbox,
                "ln -s " + host
                        + " way; ln -s /etc/shadow shadow; ln -s /proc/1/root root; sudo chmod 644 /etc/shadow");

        assertThat(refusal(await(node.runtime().read(sandbox, "way/secret"))))
                .isInstanceOf(FileRefusal.NoSuchFile.class);
        assertThat(node.read(sandbox, "shadow")).contains("sandbox:").doesNotContain("postgres");
        assertThat(node.read(sandbox, "../../../../../../etc/hostname")).isEqualTo(sandbox + "\n");
        node.run(sandbox, "sudo mkdir -p " + host);
        node.write(sandbox, "way/planted", "x");
        assertThat(host.resolve("planted")).doesNotExist();
        assertThat(node.run(sandbox, "cat " + host + "/planted").stdout()).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fifo", "socket", "/dev/zero", "/dev/tty", "directory", "no/such/file", "loop"})
    void refusesToReadWhatIsNoFile(String path) {
        node.run(
                sandbox,
                "mkdir -p directory; mkfifo fifo; ln -s loop loop; python3 -c \"import socket; socket.socket(1).bind('socket')\"");

        assertThat(refusal(await(node.runtime().read(sandbox, path)))).isInstanceOf(FileRefusal.NoSuchFile.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pipe",
                "/dev/null",
                "folder",
                "/",
                ".",
                "..",
                "folder/",
                "round",
                "/proc/sys/kernel/core_pattern"
            })
    void refusesToReplaceWhatIsNoFile(String path) {
        node.run(sandbox, "mkdir -p folder; mkfifo pipe; ln -s round round");

        var written = await(
                node.runtime().write(sandbox, path, new ByteArrayInputStream("x".getBytes(StandardCharsets.UTF_8))));

        assertThat(refusal(written)).isInstanceOf(FileRefusal.NotPossible.class);
    }

    @Test
    void refusesPathsThatNoFileCanHave() {
        assertThat(refusal(await(node.runtime().read(sandbox, "x\0y")))).isInstanceOf(FileRefusal.NotPossible.class);
        assertThat(refusal(await(node.runtime().read(sandbox, "x".repeat(5000)))))
                .isInstanceOf(FileRefusal.NotPossible.class);
        assertThat(refusal(await(node.runtime().remove(sandbox, "/")))).isInstanceOf(FileRefusal.NotPossible.class);
    }

    @Test
    void listsNothingOfAFile() {
        node.write(sandbox, "plain", "");

        assertThat(refusal(await(node.runtime().list(sandbox, "plain")))).isInstanceOf(FileRefusal.NoSuchFile.class);
        assertThat(refusal(await(node.runtime().list(sandbox, "absent")))).isInstanceOf(FileRefusal.NoSuchFile.class);
    }

    @Test
    void tellsThatTheDiskIsFull() {
        var content = new ByteArrayInputStream(new byte[3 << 20]);
        node.run(sandbox, "true");

        var written = await(node.runtime().write(sandbox, "/dev/full-file", content));

        assertThat(refusal(written)).isInstanceOf(FileRefusal.NotPossible.class);
        assertThat(refusal(written).message()).contains("No space left");
    }

    private static <T> T value(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Done<T>(var value) -> value;
            case Outcome.Refused<T>(var reason) -> throw new AssertionError(reason.message());
        };
    }

    private static <T> Refusal refusal(Outcome<T> outcome) {
        return switch (outcome) {
            case Outcome.Done<T>(var value) -> throw new AssertionError("it was done: " + value);
            case Outcome.Refused<T>(var reason) -> reason;
        };
    }

    /** An upload whose sender has gone. */
    private static final class Broken extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("the sender is gone");
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return read();
        }
    }
}
