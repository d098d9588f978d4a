package dev.sealbox.persistence.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.domain.audit.AuditHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadFileTest {
    @TempDir
    private Path folder;

    private Path path;
    private HeadFile file;

    @BeforeEach
    void prepare() {
        path = folder.resolve("audit/heads.log");
        file = new HeadFile(path);
    }

    private static List<AuditHead> heads(long from, long to) {
        return LongStream.rangeClosed(from, to)
                .mapToObj(
                        i -> new AuditHead(i, Instant.EPOCH, i, 1, 1, AuditHead.NONE, "ab".repeat(32), "c2lnbmF0dXJl"))
                .toList();
    }

    @Test
    void isMadeWithTheFirstHeadForItsOwnerAndGroup() throws IOException {
        assertThat(file.last()).isZero();
        assertThat(path).doesNotExist();

        file.append(heads(1, 1));

        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
        assertThat(file.last()).isEqualTo(1);
    }

    @Test
    void keepsEveryHeadInALineOfItsOwn() throws IOException {
        file.append(heads(1, 40));
        file.append(List.of());
        file.append(heads(41, 42));

        assertThat(file.last()).isEqualTo(42);
        assertThat(Files.readAllLines(path)).hasSize(42);
        try (var lines = file.read()) {
            var line = HeadFile.Reader.parse(Objects.requireNonNull(lines.line()));
            assertThat(line.head()).isEqualTo(heads(1, 1).getFirst());
            assertThat(line.hash()).isEqualTo(line.head().hash());
        }
    }

    @Test
    void getsOverALineThatACrashCutOff() throws IOException {
        file.append(heads(1, 2));
        Files.writeString(path, "{\"number\":3,\"at\":\"19", StandardOpenOption.APPEND);

        assertThat(file.last()).isEqualTo(2);
        file.append(heads(3, 3));

        assertThat(file.last()).isEqualTo(3);
        assertThat(Files.readAllLines(path)).hasSize(3).allMatch(line -> line.endsWith("}"));
    }

    @Test
    void isEmptyWhenItsOnlyLineWasCutOff() throws IOException {
        Files.createDirectories(path.getParent());
        Files.writeString(path, "{\"number\":1");
        assertThat(file.last()).isZero();

        file.append(heads(1, 1));

        assertThat(Files.readAllLines(path)).hasSize(1);
    }
}
