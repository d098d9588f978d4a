package dev.sealbox.runtime;

import static dev.sealbox.runtime.Node.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.sandbox.Limits;
import dev.sealbox.runtime.storage.StorageKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Disks that are snapshots, in an image file of the node. */
class BtrfsDisksIT extends DisksTests {
    BtrfsDisksIT() {
        super(StorageKind.BTRFS_LOOP, 17);
    }

    @Test
    void boundsWhatASandboxWritesAndShares() {
        var sandbox = node.start(new Limits(1, 1024, 64)).sandbox();

        assertThat(node.run(sandbox, "head -c 40M /dev/urandom > first && sync").exitCode())
                .isZero();
        assertThat(node.run(sandbox, "head -c 100M /dev/urandom > second").stderr())
                .containsIgnoringCase("quota exceeded");
        node.run(sandbox, "rm second; sync");
        var checkpoint = node.checkpoint(sandbox);

        var fork = node.start(new Limits(1, 1024, 64), checkpoint).sandbox();
        assertThat(node.run(fork, "ls; head -c 40M /dev/urandom > third && sync")
                        .exitCode())
                .isZero();
    }

    @Test
    void leavesNoDeviceAndNoMountWhenItStopsAndFindsItsDisksAgain() throws IOException {
        var image = node.data().resolve("disks.btrfs");
        var sandbox = node.start();
        node.write(sandbox, "file", "kept");
        var checkpoint = node.checkpoint(sandbox);
        await(node.runtime().stop(sandbox));
        node.runtime().close();

        assertThat(Node.Host.run("losetup", "--associated", image.toString())).isEmpty();
        assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
                .noneMatch(line -> line.contains(node.data().toString()));

        node.restart();
        assertThat(node.read(node.start(checkpoint), "file")).isEqualTo("kept");
    }

    @Test
    void clearsAwayWhatACrashLeftHalfMade() throws IOException {
        var sandbox = node.start();
        node.runtime().close();
        var draft = node.disks().resolve("drafts/half");
        Files.createDirectories(draft);
        Node.Host.run(
                "cp",
                "--recursive",
                node.disks().resolve("sandboxes/" + sandbox + "/disk-0/upper").toString(),
                draft.resolve("layer").toString());

        node.restart();

        assertThat(node.disks().resolve("drafts")).doesNotExist();
        assertThat(node.run(sandbox, "echo alive").stdout()).isEqualTo("alive\n");
    }

    @Test
    void staysWithItsKind() {
        node.runtime().close();

        assertThatThrownBy(() -> node.reopen(StorageKind.OVERLAY))
                .hasMessageContaining("holds disks kept by btrfs-loop, not by overlay");

        node.reopen(StorageKind.AUTO);
        assertThat(node.disks()).isEqualTo(node.data().resolve("disks"));
    }
}
