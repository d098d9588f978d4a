package dev.sealbox.runtime;

import static dev.sealbox.runtime.Node.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.sandbox.Launch;
import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.runtime.storage.StorageKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Disks that are copied and end where they are to. */
class LoopedDisksIT {
    private static final Limits SMALL = new Limits(1, 1024, 64);
    private Node node;

    @BeforeEach
    void open() {
        node = Node.open(StorageKind.OVERLAY_LOOP);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void boundsWhatASandboxWritesThroughItsWholeLife() throws IOException {
        var sandbox = node.start(SMALL).sandbox();
        assertThat(node.run(sandbox, "head -c 40M /dev/urandom > first && sync").exitCode())
                .isZero();
        assertThat(node.run(sandbox, "head -c 100M /dev/urandom > second").stderr())
                .contains("No space left");
        node.run(sandbox, "rm second; echo more > third");
        var checkpoint = node.checkpoint(sandbox);

        var fork = node.start(SMALL, checkpoint).sandbox();
        assertThat(node.run(fork, "cat third; head -c 40M /dev/urandom > own && head -c 40M /dev/urandom > over")
                        .stderr())
                .contains("No space left");
        await(node.runtime().stop(fork));

        node.restart();
        assertThat(node.read(sandbox, "third")).isEqualTo("more\n");
        node.run(sandbox, "rm third");
        node.restore(sandbox, 1, checkpoint);
        assertThat(node.run(sandbox, "cat third; head -c 100M /dev/zero > second")
                        .stdout())
                .isEqualTo("more\n");
        assertThat(await(node.runtime().park(sandbox, true)).sizeBytes()).isGreaterThan(40L << 20);
        assertThat(mounts()).isEmpty();
        // Asked again, since an answer may be lost.
        assertThat(await(node.runtime().park(sandbox, true)).sizeBytes()).isGreaterThan(40L << 20);
        var image = new CheckpointId(UUID.randomUUID());
        assertThat(await(node.runtime().image(sandbox, image))).isTrue();
        assertThat(mounts()).isEmpty();
        var copy = node.start(SMALL, image, checkpoint).sandbox();
        assertThat(node.run(copy, "cat third; test -s second && test -s first").exitCode())
                .isZero();
        await(node.runtime().stop(copy));
        await(node.runtime()
                .start(new Launch(
                        sandbox,
                        "base",
                        List.of(checkpoint),
                        SMALL,
                        Certificates.AUTHORITY,
                        Optional.empty(),
                        1,
                        true,
                        false)));
        assertThat(node.run(sandbox, "cat third; test -s second").exitCode()).isZero();

        await(node.runtime().stop(sandbox));
        assertThat(mounts()).isEmpty();
        Eventually.holds(() -> assertThat(Node.Host.run("losetup", "--list"))
                .doesNotContain(node.data().toString()));
        assertThat(node.data().resolve("sandboxes")).isEmptyDirectory();
    }

    private List<String> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(node.data().toString()))
                .toList();
    }
}
