package dev.sealbox.persistence.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.layer.LayerStoreFailure;
import dev.sealbox.domain.layer.SharedLayer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes from the layer store, when, and what stays when something is not understood. */
class LayerSweepTest {
    private static final Duration OLD = Duration.ofHours(25);
    private static final OrganizationId OWNER = new OrganizationId("one");

    @TempDir
    Path folder;

    private final Set<CheckpointId> needed = new HashSet<>();
    private CompletionStage<Void> events = CompletableFuture.completedFuture(null);
    private byte key = 1;

    @Test
    void removesWhatWasNotNeededTwiceAndItsPiecesWhenTheyAreOld() throws IOException {
        var sweep = sweep();
        var kept = kept("common".repeat(500), "one");
        var other = kept("common".repeat(500), "two");
        needed.add(kept);
        makeOld();

        sweep.sweep();
        assertThat(lists()).contains(kept.toString(), other.toString());
        sweep.sweep();
        assertThat(lists()).containsExactly(kept.toString());
        // Those that both had stay.
        assertThat(read(kept)).isEqualTo("common".repeat(500) + "one");

        needed.clear();
        sweep.sweep();
        sweep.sweep();
        assertThat(files()).isEmpty();
    }

    @Test
    void keepsWhatIsNeededAgain() {
        var sweep = sweep();
        var layer = kept("a", "b");

        sweep.sweep();
        needed.add(layer);
        sweep.sweep();
        needed.remove(layer);
        sweep.sweep();

        assertThat(lists()).containsExactly(layer.toString());
    }

    /** Somebody may just be writing the list that names them. */
    @Test
    void leavesPiecesThatAreYoung() throws IOException {
        var sweep = sweep();
        var layer = kept("a", "b");
        Files.delete(folder.resolve("layers/" + layer));

        sweep.sweep();
        assertThat(files()).hasSize(1);
        makeOld();
        sweep.sweep();
        assertThat(files()).isEmpty();
    }

    /** Or that of the store is behind: what was written now looks old to the node. */
    @Test
    void goesByTheClockOfTheStore() throws IOException {
        var behind = FolderStore.at(folder);
        var layer = kept("a", "b");
        Files.delete(folder.resolve("layers/" + layer));
        makeOld();

        new LayerSweep(store(new Behind(behind)), this::among).sweep();

        assertThat(files()).hasSize(1);
    }

    @Test
    void removesNothingWhenTheEventsCannotBeAsked() throws IOException {
        var sweep = sweep();
        kept("a", "b");
        makeOld();
        sweep.sweep();
        events = CompletableFuture.failedFuture(new IllegalStateException("the database is away"));

        assertThatThrownBy(sweep::sweep).hasMessageContaining("cannot be found out");
        assertThat(files()).hasSize(2);
    }

    /** A list that does not open may be another deployment's, or name pieces that are needed. */
    @Test
    void removesNothingWhenAListCannotBeRead() throws IOException {
        var sweep = sweep();
        var mine = kept("a", "b");
        key = 2;
        kept("c", "d");
        key = 1;
        makeOld();

        for (var round = 0; round < 3; round++) {
            assertThatThrownBy(sweep::sweep).isInstanceOf(LayerStoreFailure.class);
        }
        assertThat(files()).hasSize(4);
        assertThat(read(mine)).isEqualTo("ab");
    }

    private LayerSweep sweep() {
        return new LayerSweep(store(), this::among);
    }

    private CompletionStage<Set<CheckpointId>> among(java.util.Collection<SharedLayer> kept) {
        return events.thenApply(asked -> Set.copyOf(needed));
    }

    private ObjectLayerStore store() {
        return store(FolderStore.at(folder));
    }

    private ObjectLayerStore store(ObjectStore objects) {
        var now = key;
        return new ObjectLayerStore(
                objects,
                organization -> {
                    var bytes = new byte[32];
                    bytes[0] = now;
                    return bytes;
                },
                3_000);
    }

    private CheckpointId kept(String first, String second) {
        var layer = new SharedLayer(new CheckpointId(UUID.randomUUID()), OWNER, List.of());
        store().keep(layer, new ByteArrayInputStream((first + second).getBytes(StandardCharsets.UTF_8)))
                .toCompletableFuture()
                .join();
        return layer.layer();
    }

    private String read(CheckpointId layer) throws IOException {
        var kept = store().find(layer).toCompletableFuture().join().orElseThrow();
        return new String(kept.open().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** A store whose clock is a day and an hour behind. */
    private record Behind(ObjectStore right) implements ObjectStore {
        @Override
        public Optional<byte[]> read(String name) {
            return right.read(name);
        }

        @Override
        public Optional<Instant> writtenAt(String name) {
            return right.writtenAt(name).map(at -> name.startsWith("clock-") ? at.minus(OLD) : at);
        }

        @Override
        public void write(String name, byte[] content) {
            right.write(name, content);
        }

        @Override
        public List<Listed> list(String prefix) {
            return right.list(prefix);
        }

        @Override
        public void delete(String name) {
            right.delete(name);
        }

        @Override
        public String describe() {
            return right.describe();
        }
    }

    private List<String> lists() {
        return FolderStore.at(folder).list("layers/").stream()
                .map(listed -> listed.name().substring("layers/".length()))
                .toList();
    }

    private List<Path> files() throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private void makeOld() throws IOException {
        var old = FileTime.from(Instant.now().minus(OLD));
        for (var file : files()) {
            Files.setLastModifiedTime(file, old);
        }
    }
}
