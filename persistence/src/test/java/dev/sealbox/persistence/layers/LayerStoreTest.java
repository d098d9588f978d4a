package dev.sealbox.persistence.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.layer.LayerStoreFailure;
import dev.sealbox.domain.layer.SharedLayer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept in a folder, and what becomes of it when somebody else has been there. */
class LayerStoreTest {
    private static final int PIECE = 1000;
    private static final OrganizationId ONE = new OrganizationId("one");
    private static final OrganizationId TWO = new OrganizationId("two");

    @TempDir
    Path folder;

    private final Random random = new Random(7);
    private final byte[] content = bytes(3 * PIECE + 17);

    @Test
    void givesBackWhatItKeptAndSaysWhatItStandsOn() throws IOException {
        var layer = layer(ONE, id(), id());

        keep(layer, content);

        var kept = store().find(layer.layer()).toCompletableFuture().join().orElseThrow();
        assertThat(kept.about()).isEqualTo(layer);
        assertThat(kept.open().readAllBytes()).isEqualTo(content);
        assertThat(store().find(id()).toCompletableFuture().join()).isEmpty();
    }

    @Test
    void showsNothingOfWhatItHolds() throws IOException {
        var text = "a file of the sandbox ".repeat(200).getBytes(StandardCharsets.UTF_8);
        keep(layer(ONE), text);

        for (var file : files().keySet()) {
            assertThat(new String(Files.readAllBytes(folder.resolve(file)), StandardCharsets.ISO_8859_1))
                    .doesNotContain("a file of");
            // Nor can be found out, by its digest, that a known file is there.
            assertThat(file).doesNotContain(digest(text, 0)).doesNotContain(digest(text, PIECE));
        }
    }

    @Test
    void keepsEqualContentOnceForAnOrganisationAndApartForOthers() throws IOException {
        keep(layer(ONE), content);
        keep(layer(ONE), content);
        assertThat(pieces(ONE)).hasSize(4);

        keep(layer(TWO), content);
        assertThat(pieces(TWO)).hasSize(4).doesNotContainAnyElementsOf(pieces(ONE));
    }

    @Test
    void isVisibleWhenItIsWholeAndGoesOnWhereItBrokeOff() throws IOException {
        var layer = layer(ONE);
        var broken = new SequenceInputStream(
                new ByteArrayInputStream(content, 0, 2 * PIECE + 5),
                new PieceStream(List.of(new Contents.Piece("", 1)), piece -> {
                    throw new LayerStoreFailure("the host went away");
                }));
        assertThat(store().keep(layer, broken)
                        .toCompletableFuture()
                        .handle((done, failure) -> failure)
                        .join())
                .hasCauseInstanceOf(LayerStoreFailure.class);
        assertThat(store().find(layer.layer()).toCompletableFuture().join()).isEmpty();
        assertThat(pieces(ONE)).hasSize(2);
        var hourAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        for (var piece : pieces(ONE)) {
            Files.setLastModifiedTime(folder.resolve(piece), hourAgo);
        }

        keep(layer, content);

        assertThat(fetched(layer)).isEqualTo(content);
        assertThat(files().values()).filteredOn(hourAgo::equals).hasSize(2);
    }

    /** They may be swept away before what refers to them is there. */
    @Test
    void writesPiecesAnewThatAreOld() throws IOException {
        keep(layer(ONE), content);
        var yesterday = FileTime.from(Instant.now().minus(Duration.ofHours(13)));
        for (var piece : pieces(ONE)) {
            Files.setLastModifiedTime(folder.resolve(piece), yesterday);
        }

        keep(layer(ONE), content);

        assertThat(files().values()).doesNotContain(yesterday);
    }

    @Test
    void refusesWhatWasChangedCutMixedUpOrTakenAway() throws IOException {
        var layer = layer(ONE);
        keep(layer, content);
        var other = layer(ONE);
        keep(other, bytes(2 * PIECE));
        var before = Map.copyOf(files());
        var all = List.copyOf(pieces(ONE));
        for (var piece : all) {
            var file = folder.resolve(piece);
            var good = Files.readAllBytes(file);
            for (var bad : List.of(flipped(good), java.util.Arrays.copyOf(good, good.length - 1), new byte[0])) {
                Files.write(file, bad);
                assertThat(isDamaged(layer) || isDamaged(other)).isTrue();
            }
            var another = all.get((all.indexOf(piece) + 1) % all.size());
            Files.copy(folder.resolve(another), file, StandardCopyOption.REPLACE_EXISTING);
            assertThat(isDamaged(layer) || isDamaged(other)).isTrue();
            Files.delete(file);
            assertThat(isDamaged(layer) || isDamaged(other)).isTrue();
            Files.write(file, good);
        }
        assertThat(files().keySet()).isEqualTo(before.keySet());
        assertThat(fetched(layer)).isEqualTo(content);
    }

    @Test
    void refusesAListThatIsAnotherLayersOrNamesAnotherOwner() throws IOException {
        var layer = layer(ONE);
        var other = layer(TWO);
        keep(layer, content);
        keep(other, content);
        var mine = folder.resolve("layers/" + layer.layer());
        var good = Files.readAllBytes(mine);

        Files.copy(folder.resolve("layers/" + other.layer()), mine, StandardCopyOption.REPLACE_EXISTING);
        assertThat(isDamaged(layer)).isTrue();
        Files.write(
                mine,
                new String(good, StandardCharsets.ISO_8859_1)
                        .replaceFirst("one", "two")
                        .getBytes(StandardCharsets.ISO_8859_1));
        assertThat(isDamaged(layer)).isTrue();
        Files.write(mine, flipped(good));
        assertThat(isDamaged(layer)).isTrue();
        Files.write(mine, "nonsense".getBytes(StandardCharsets.UTF_8));
        assertThat(isDamaged(layer)).isTrue();
        Files.write(mine, good);
        assertThat(fetched(layer)).isEqualTo(content);
    }

    /** What is not mounted looks like what is empty, and is not taken for it. */
    @Test
    void isOutOfReachWhenItsFolderIsNotThere() throws IOException {
        var gone = folder.resolve("mount");
        var store = new ObjectLayerStore(FolderStore.at(gone), LayerStoreTest::key, PIECE);

        assertThatThrownBy(() -> store.find(id()).toCompletableFuture().join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(LayerStoreFailure.class)
                .hasMessageContaining("cannot be reached");
        assertThatThrownBy(() -> store.keep(layer(ONE), new ByteArrayInputStream(content))
                        .toCompletableFuture()
                        .join())
                .hasCauseInstanceOf(LayerStoreFailure.class);
        assertThat(gone).doesNotExist();
    }

    private ObjectLayerStore store() {
        return new ObjectLayerStore(FolderStore.at(folder), LayerStoreTest::key, PIECE);
    }

    private static byte[] key(OrganizationId organization) {
        var key = new byte[32];
        java.util.Arrays.fill(key, (byte) organization.value().charAt(0));
        return key;
    }

    private void keep(SharedLayer layer, byte[] bytes) {
        store().keep(layer, new ByteArrayInputStream(bytes))
                .toCompletableFuture()
                .join();
    }

    private byte[] fetched(SharedLayer layer) {
        try {
            return store().find(layer.layer())
                    .toCompletableFuture()
                    .join()
                    .orElseThrow()
                    .open()
                    .readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private boolean isDamaged(SharedLayer layer) {
        try {
            fetched(layer);
            return false;
        } catch (LayerStoreFailure e) {
            assertThat(e).hasMessageContaining("damaged in the layer store");
            return true;
        } catch (CompletionException e) {
            assertThat(e).hasCauseInstanceOf(LayerStoreFailure.class).hasMessageContaining("damaged");
            return true;
        }
    }

    private List<String> pieces(OrganizationId organization) throws IOException {
        return files().keySet().stream()
                .filter(name -> name.startsWith("pieces/" + organization + "/"))
                .toList();
    }

    private Map<String, FileTime> files() throws IOException {
        var found = new TreeMap<String, FileTime>();
        try (var files = Files.walk(folder)) {
            for (var file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                found.put(folder.relativize(file).toString(), Files.getLastModifiedTime(file));
            }
        }
        return found;
    }

    private static SharedLayer layer(OrganizationId owner, CheckpointId... below) {
        return new SharedLayer(id(), owner, List.of(below));
    }

    private static CheckpointId id() {
        return new CheckpointId(UUID.randomUUID());
    }

    private byte[] bytes(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] flipped(byte[] good) {
        var bad = good.clone();
        bad[bad.length / 2] ^= 1;
        return bad;
    }

    private static String digest(byte[] bytes, int from) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, from, PIECE);
            return java.util.HexFormat.of().formatHex(digest.digest());
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
