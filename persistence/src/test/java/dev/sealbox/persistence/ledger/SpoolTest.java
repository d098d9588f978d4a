package dev.sealbox.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final long PLENTY = 1L << 30;

    @TempDir
    private Path root;

    private Path folder() {
        return root.resolve("uses");
    }

    private Spool open() {
        return Spool.open(folder(), PLENTY);
    }

    private static List<Numbered> records(int from, int until) {
        return IntStream.range(from, until)
                .mapToObj(i -> new Numbered(new UUID(9, i), Uses.use(i)))
                .toList();
    }

    private static List<Numbered> all(Spool spool) throws IOException {
        var all = new ArrayList<Numbered>();
        while (!spool.isEmpty()) {
            var batch = spool.next(7);
            all.addAll(batch.records());
            spool.passed(batch);
        }
        return all;
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder())) {
            return files.sorted().toList();
        }
    }

    @Test
    void handsOutWhatWasAppendedInItsOrderAndLeavesNothing() throws IOException {
        try (var spool = open()) {
            assertThat(spool.offer(records(0, 10))).isTrue();
            assertThat(spool.offer(records(10, 30))).isTrue();

            assertThat(all(spool)).isEqualTo(records(0, 30));
            assertThat(spool.bytes()).isZero();
            assertThat(files()).isEmpty();
            spool.offer(records(30, 31));
            assertThat(all(spool)).isEqualTo(records(30, 31));
        }
    }

    @Test
    void handsOutAgainWhatIsNotPassedAlsoAfterARestart() throws IOException {
        try (var spool = open()) {
            spool.offer(records(0, 10));
            assertThat(spool.next(5).records()).isEqualTo(records(0, 5));
            assertThat(spool.next(5).records()).isEqualTo(records(0, 5));
        }
        try (var spool = open()) {
            spool.offer(records(10, 12));
            assertThat(all(spool)).isEqualTo(records(0, 12));
        }
    }

    @Test
    void isReadableByItsOwnerOnly() throws IOException {
        try (var spool = open()) {
            spool.offer(records(0, 1));
        }

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder())))
                .isEqualTo("rwx------");
        assertThat(files())
                .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------"));
    }

    @Test
    void readsAllThatIsWholeWhereverACrashCutTheRestOff() throws IOException {
        try (var spool = open()) {
            spool.offer(records(0, 3));
        }
        var written = files().getFirst();
        var bytes = Files.readAllBytes(written);
        for (int length = bytes.length - 1; length > 0; length -= 101) {
            Files.write(written, java.util.Arrays.copyOf(bytes, length));
            Files.deleteIfExists(Path.of(written + ".damaged"));
            try (var spool = open()) {
                var read = all(spool);
                assertThat(read).isEqualTo(records(0, read.size())).hasSizeLessThan(3);
            }
            assertThat(files()).hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void passesOverWhatIsDamagedAndKeepsItForPeople() throws IOException {
        try (var spool = open()) {
            spool.offer(records(0, 3));
        }
        var written = files().getFirst();
        var bytes = Files.readAllBytes(written);
        bytes[bytes.length / 2] ^= 1;
        Files.write(written, bytes);

        try (var spool = open()) {
            assertThat(all(spool))
                    .containsExactly(records(0, 1).getFirst(), records(2, 3).getFirst());
            spool.offer(records(3, 4));
        }
        assertThat(files())
                .extracting(file -> file.getFileName().toString())
                .containsExactly("0000000000000001.spool.damaged", "0000000000000002.spool");
    }

    @Test
    void takesNothingBeyondItsLimitUntilThereIsRoomAgain() throws IOException {
        long one = SpoolForm.write(records(0, 10)).remaining();
        try (var spool = Spool.open(folder(), one + 10)) {
            assertThat(spool.offer(records(0, 10))).isTrue();
            assertThat(spool.offer(records(10, 20))).isFalse();
            assertThat(all(spool)).isEqualTo(records(0, 10));
            assertThat(spool.offer(records(10, 20))).isTrue();
            spool.force(records(20, 30));
            assertThat(all(spool)).isEqualTo(records(10, 30));
        }
    }

    /** The form of a release: such files may lie on a disk when a newer one starts. Never to be changed. */
    @Test
    void readsTheFirstForm() throws IOException {
        var json = """
                {"form":1,"id":"00000000-0000-0009-0000-000000000000","record":{"at":"2026-11-23T12:00:00.123456Z",\
                "request":"00000000-0000-0001-0000-000000000000","sender":{"sandbox":"sb-0123456789abcdef",\
                "lineage":["00000000-0000-0007-0000-000000000007"],"organization":"acme"},"ruling":"USED",\
                "rule":"*.example.com","secret":{"name":"TOKEN","store":"00000000-0000-0003-0000-000000000004",\
                "version":2,"places":["header:authorization","body"]},"asked":{"method":"POST",\
                "host":"api.example.com","path":"/v1/0"},"effect":{"status":201,"sent":10,"received":20,\
                "took":"PT0.015S"},"count":1}}""".getBytes(StandardCharsets.UTF_8);
        var crc = new CRC32C();
        crc.update(json);
        var file = ByteBuffer.allocate(8 + json.length)
                .putInt(json.length)
                .putInt((int) crc.getValue())
                .put(json);
        Files.createDirectories(folder());
        Files.write(folder().resolve("0000000000000007.spool"), file.array());

        try (var spool = open()) {
            assertThat(all(spool)).isEqualTo(records(0, 1));
        }
    }
}
