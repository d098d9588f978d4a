package dev.sealbox.persistence.service;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.checkpoint.Checkpoint;
import dev.sealbox.domain.checkpoint.CheckpointRefusal;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.ImageLayer;
import dev.sealbox.domain.image.ImageRefusal;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import dev.sealbox.domain.layer.Archives;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.layer.LayerHosts;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.persistence.archive.ArchiveReader;
import dev.sealbox.persistence.archive.ArchiveWriter;
import dev.sealbox.persistence.archive.ForeignImage;
import dev.sealbox.persistence.archive.RefusedArchive;
import dev.sealbox.persistence.archive.Signers;
import dev.sealbox.persistence.entity.CheckpointMessage;
import dev.sealbox.persistence.entity.CheckpointReply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Archives of what entities know and hosts have. */
public final class ShardedArchives implements Archives {
    private final ShardedImages images;
    private final Builds builds;
    private final LayerHosts hosts;
    private final Signers signers;
    private final Duration patience;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** @param patience with an entity */
    ShardedArchives(ShardedImages images, Builds builds, LayerHosts hosts, Signers signers, Duration patience) {
        this.images = images;
        this.builds = builds;
        this.hosts = hosts;
        this.signers = signers;
        this.patience = patience;
    }

    @Override
    public CompletionStage<Outcome<InputStream>> export(Origin origin, CheckpointId id) {
        return builds.entities
                .checkpoint(id, patience, CheckpointMessage.Read::new)
                .thenCompose(reply -> files(origin, id, reply)
                        .then(files -> packed(files, "checkpoint " + id).thenApply(Outcome::done)));
    }

    private static Outcome<ImageLayer> files(Origin origin, CheckpointId id, CheckpointReply reply) {
        if (!(reply instanceof CheckpointReply.Done(var checkpoint))
                || !checkpoint.isVisibleTo(origin.organization())) {
            return Outcome.refused(new CheckpointRefusal.NoSuchCheckpoint());
        }
        return switch (checkpoint.stage()) {
            case READY -> Outcome.done(files(id, checkpoint));
            case FAILED -> Outcome.refused(new CheckpointRefusal.Failed(checkpoint.reason()));
            default -> Outcome.refused(new CheckpointRefusal.NotReadyInTime());
        };
    }

    /** Its variables are its sandbox's own; only what its image says goes along. */
    private static ImageLayer files(CheckpointId id, Checkpoint checkpoint) {
        var contents = checkpoint.facts().orElseThrow().contents();
        return new ImageLayer(
                contents.host(), checkpoint.files(id), contents.blueprint().defaults());
    }

    @Override
    public CompletionStage<Outcome<InputStream>> export(Origin origin, SnapshotName name) {
        return images.read(origin, name)
                .thenCompose(found -> found.then(view -> view.state()
                        .layer()
                        .map(files -> packed(files, "snapshot " + name).thenApply(Outcome::done))
                        .orElseGet(() -> Futures.now(Outcome.refused(new ImageRefusal.SnapshotNotReady(
                                name, view.state().stage().status()))))));
    }

    private CompletionStage<InputStream> packed(ImageLayer files, String source) {
        return hosts.pack(files.host(), files.files())
                .thenApplyAsync(
                        packed -> {
                            try {
                                return ArchiveWriter.write(packed, source, files.defaults(), signers);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        threads);
    }

    @Override
    public CompletionStage<Outcome<SnapshotView>> importAs(
            Origin origin, SnapshotName name, Incoming how, InputStream content) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (content) {
                        return how.form() == Incoming.Form.ARCHIVE
                                ? archive(origin, name, how, content)
                                : image(origin, name, how, content);
                    } catch (RefusedArchive e) {
                        return Outcome.refused(e.reason());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                threads);
    }

    private Outcome<SnapshotView> archive(Origin origin, SnapshotName name, Incoming how, InputStream content)
            throws RefusedArchive {
        var reader = ArchiveReader.open(content, signers);
        return new Import(builds, images, origin, name)
                .carryOut(
                        reader.hash(),
                        reader.outline(),
                        reader.defaults(),
                        build -> hosts.unpack(build.host(), build.layer(), how, reader.content()));
    }

    /** Nothing is known of it here; what it says about commands, its host tells. */
    private Outcome<SnapshotView> image(Origin origin, SnapshotName name, Incoming how, InputStream content) {
        return new Import(builds, images, origin, name)
                .carryOut(
                        ForeignImage.hash(how, builds.random),
                        ForeignImage.outline(how),
                        Defaults.NONE,
                        build -> hosts.unpack(build.host(), build.layer(), how, content));
    }
}
