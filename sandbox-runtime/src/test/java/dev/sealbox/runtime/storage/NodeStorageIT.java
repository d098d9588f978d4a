package dev.sealbox.runtime.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.runtime.container.HostPrograms;
import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node takes when nobody says how disks are to be kept. */
class NodeStorageIT {
    private static final long SIZE = 1L << 30;
    private static final int UIDS = 1_000_000;

    @TempDir
    Path folder;

    private Path data;
    private Path program;

    @BeforeEach
    void unpack() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
        program = HostPrograms.unpackInto(folder.resolve("bin")).host();
    }

    @AfterEach
    void unmount() {
        Mounts.below(folder).forEach(place -> Tool.run("test", List.of("umount", place.toString())));
    }

    private String kept(StorageKind wanted) {
        var storage = NodeStorage.open(data, wanted, SIZE, UIDS, program);
        storage.close(false);
        return storage.report();
    }

    @Test
    void takesSnapshotsInAnImageWhichBoundEachDisk() {
        assertThat(kept(StorageKind.AUTO)).isEqualTo("btrfs-loop, each bounded");

        assertThat(data.resolve("disks.btrfs")).exists();
        assertThat(kept(StorageKind.AUTO)).isEqualTo("btrfs-loop, each bounded");
        assertThat(Mounts.below(data)).isEmpty();
    }

    /** Too small for a btrfs: what fails there fails as it does for want of a program or of a kernel that has it. */
    @Test
    void takesAnImagePerDiskWhereThereIsNoBtrfsAndLeavesNothingOfTheAttempt() throws IOException {
        Tool.run("test", List.of("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", data.toString()));

        assertThat(kept(StorageKind.AUTO)).isEqualTo("overlay-loop, each bounded");

        assertThat(namesIn(data)).containsExactly("storage.json");
        assertThat(kept(StorageKind.AUTO)).isEqualTo("overlay-loop, each bounded");
    }

    @Test
    void copiesWithoutBoundsWhereNeitherIsToBeHad() throws IOException {
        Tool.run("test", List.of("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", data.toString()));

        assertThat(kept(StorageKind.AUTO)).isEqualTo("overlay, not bounded one by one");

        assertThat(namesIn(data)).containsExactly("storage.json");
    }

    @Test
    void staysWithWhatTheFolderIsKeptBy() {
        assertThat(kept(StorageKind.OVERLAY)).startsWith("overlay,");

        assertThat(kept(StorageKind.AUTO)).startsWith("overlay,");
    }

    /** It may hold all disks of the host. */
    @Test
    void findsAnImageWhoseNoteIsLost() throws IOException {
        assertThat(kept(StorageKind.BTRFS_LOOP)).startsWith("btrfs-loop,");
        var image = Files.readAttributes(data.resolve("disks.btrfs"), "unix:ino");
        Files.delete(data.resolve("storage.json"));

        assertThat(kept(StorageKind.AUTO)).startsWith("btrfs-loop,");

        assertThat(Files.readAttributes(data.resolve("disks.btrfs"), "unix:ino"))
                .isEqualTo(image);
    }

    /** As on a kernel without btrfs. */
    @Test
    void leavesNoDeviceWhereItsImageCannotBeMounted() throws IOException {
        var image = data.resolve("disks.btrfs");
        Files.write(image, new byte[1 << 20]);

        assertThatThrownBy(() -> kept(StorageKind.AUTO)).hasMessageContaining("mount");

        assertThat(Tool.run("test", List.of("losetup", "--associated", image.toString())))
                .isEmpty();
        assertThat(image).hasSize(1 << 20);
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
