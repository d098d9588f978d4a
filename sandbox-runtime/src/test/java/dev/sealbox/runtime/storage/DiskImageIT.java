package dev.sealbox.runtime.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.runtime.step.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real mounts, as root, in places that the kernel does not call as we do. */
class DiskImageIT {
    @TempDir
    Path data;

    @AfterEach
    void unmount() {
        Mounts.below(data).forEach(place -> Tool.run("test", List.of("umount", place.toString())));
    }

    @Test
    void findsItsMountsBeyondLinksAndWhatTheKernelEscapes() throws IOException {
        var folder = Files.createDirectory(data.resolve("the data\\040\tof it"));
        var called = Files.createSymbolicLink(data.resolve("called"), folder);
        var disk = new DiskImage(called.resolve("disk.ext4"), called.resolve("disk"));

        disk.open(DiskImage.LEAST, 1000);
        disk.open(DiskImage.LEAST, 1000);

        assertThat(Mounts.below(data)).containsExactly(folder.toRealPath().resolve("disk"));
        disk.close();
        assertThat(Mounts.below(data)).isEmpty();
        disk.close();

        disk.reopen();
        DiskImage.unmountBelow(called);
        assertThat(Mounts.below(data)).isEmpty();
        assertThat(Mounts.has(data.resolve("not there"))).isFalse();
    }
}
