package dev.sealbox.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @TempDir
    Path folder;

    @Test
    void keepsTheHostsIdAcrossRestarts() {
        String first;
        try (var data = DataDirectory.take(folder)) {
            first = data.hostId().value();
            assertThat(first).matches("[0-9a-f]{8}");
        }
        try (var data = DataDirectory.take(folder)) {
            assertThat(data.hostId().value()).isEqualTo(first);
        }
    }

    @Test
    void letsNobodyElseRead() throws IOException {
        try (var data = DataDirectory.take(folder.resolve("fresh"))) {
            data.remembered("something", () -> "text");

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("fresh"))))
                    .isEqualTo("rwx--x--x");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("fresh/something"))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void saysInOneLineThatTheFolderCannotBeUsed() throws IOException {
        var file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> DataDirectory.take(file.resolve("below")))
                .isInstanceOf(StartFailure.class)
                .hasMessageStartingWith("the data folder " + file);
    }
}
