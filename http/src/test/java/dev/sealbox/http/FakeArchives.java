package dev.sealbox.http;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.ImageHash;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.Snapshot;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.Archives;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.SetuidFiles;
import dev.sealbox.domain.sandbox.Defaults;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps archives as they come, and gives them out again. Those that begin with an exclamation mark hold setuid files. */
final class FakeArchives implements Archives {
    final Map<String, byte[]> kept = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<Outcome<InputStream>> export(Origin origin, CheckpointId checkpoint) {
        return exported(origin, checkpoint.toString(), new CheckpointRefusal.NoSuchCheckpoint());
    }

    @Override
    public CompletionStage<Outcome<InputStream>> export(Origin origin, SnapshotName snapshot) {
        return exported(origin, snapshot.value(), new ImageRefusal.NoSuchSnapshot());
    }

    private CompletionStage<Outcome<InputStream>> exported(
            Origin origin, String what, dev.sealbox.domain.Refusal otherwise) {
        var known = kept.get(origin.organization() + "/" + what);
        return CompletableFuture.completedFuture(
                known == null ? Outcome.refused(otherwise) : Outcome.done(new ByteArrayInputStream(known)));
    }

    @Override
    public CompletionStage<Outcome<SnapshotView>> importAs(
            Origin origin, SnapshotName name, Incoming how, InputStream archive) {
        return CompletableFuture.supplyAsync(() -> {
            try (archive) {
                var bytes = archive.readAllBytes();
                if (how.setuid() == SetuidFiles.REFUSE && bytes.length > 0 && bytes[0] == '!') {
                    return Outcome.refused(new ArchiveRefusal.Unsafe("\"su\"", "is setuid or setgid"));
                }
                if (how.digest().isPresent() && !how.digest().get().startsWith("00")) {
                    return Outcome.refused(new ArchiveRefusal.Damaged("it has another SHA-256"));
                }
                kept.put(origin.organization() + "/" + name, bytes);
                return Outcome.done(view(origin, name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static SnapshotView view(Origin origin, SnapshotName name) {
        var at = Instant.now();
        var layer = new ImageLayer(new HostId("host-1"), List.of(), Defaults.NONE);
        return new SnapshotView(
                origin.organization(),
                name,
                new Snapshot(
                        UUID.randomUUID(),
                        new ImageHash("0".repeat(64)),
                        "{}",
                        Snapshot.Stage.READY,
                        Optional.of(layer),
                        "",
                        at,
                        at,
                        1));
    }
}
