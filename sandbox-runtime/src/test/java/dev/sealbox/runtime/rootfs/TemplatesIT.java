package dev.sealbox.runtime.rootfs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.runtime.step.Tool;
import dev.sealbox.runtime.storage.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real mounts, as root. */
class TemplatesIT {
    private static final int UID_BASE = 300_000;

    @TempDir
    Path data;

    @AfterEach
    void unmount() {
        Mounts.below(data).forEach(place -> Tool.run("test", List.of("umount", "--lazy", place.toString())));
    }

    /** Killed while it built a root file system, a node leaves what was mounted there: the host's own /proc, for one. */
    @Test
    void goesOnAfterANodeThatWasKilledWhileItBuilt() throws IOException {
        var precious = Files.createDirectory(data.resolve("precious"));
        Files.writeString(precious.resolve("file"), "the host's");
        var folder = data.resolve("templates");
        var mounted = Files.createDirectories(folder.resolve(".building/rootfs/sys"));
        Tool.run("test", List.of("mount", "--bind", precious.toString(), mounted.toString()));
        var templates = new Templates(folder, UID_BASE, data.resolve("never run"));

        var empty = templates.empty();

        assertThat(templates.rootOf(empty)).isEmptyDirectory();
        assertThat(Mounts.below(folder)).isEmpty();
        try (var left = Files.list(folder)) {
            assertThat(left).containsExactlyInAnyOrder(folder.resolve(empty), folder.resolve(".lock"));
        }
        assertThat(precious.resolve("file")).hasContent("the host's");
    }
}
