package dev.sealbox.domain.image;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.sandbox.NewSandbox;
import dev.sealbox.domain.sandbox.SandboxView;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Port: images, the snapshots that name them, and the sandboxes that start from them, of the origin's organisation only.
 * Thread-safe. Equal images are built once, also when they are wanted at the same time.
 */
public interface Images {

    /**
     * An image to be built.
     *
     * @param memoryMB of the builder
     */
    record Wanted(ImageManifest manifest, int memoryMB) {}

    /** A sandbox from an image, under an id that was drawn before. When nobody waits for the build, it is cancelled. */
    Building<SandboxView> create(Origin origin, SandboxId id, NewSandbox sandbox, Wanted image, BuildLog log);

    /**
     * A sandbox from a snapshot that is ready: the organisation's own, or, where it has none of that name, one that the
     * publisher has published.
     */
    CompletionStage<Outcome<SandboxView>> create(
            Origin origin, SandboxId id, NewSandbox sandbox, SnapshotName snapshot, OrganizationId publisher);

    /**
     * The checkpoint that stands for a snapshot that is ready, or for an image of the cache: its patches run in what starts
     * from that, and with it a snapshot is published.
     *
     * @param called as in {@link ImageView#isCalled}
     */
    CompletionStage<Outcome<CheckpointId>> checkpoint(Origin origin, String called);

    /** Snapshots, and the images of the cache, newest first. */
    CompletionStage<List<ImageView>> images(Origin origin);

    CompletionStage<Outcome<ImageView>> image(Origin origin, String called);

    /**
     * Deletes a snapshot, or takes an image out of the cache. What started from it goes on; files that nothing needs any
     * more go when their host has let go of them.
     */
    CompletionStage<Outcome<Unit>> remove(Origin origin, String called);

    /** A snapshot whose name is taken, and what comes of it. */
    record Requested(SnapshotView now, CompletionStage<Outcome<SnapshotView>> ready) {}

    /** Takes the name, and has the image built whoever waits for it. The name is free again when that fails. */
    CompletionStage<Outcome<Requested>> request(Origin origin, SnapshotName name, UUID id, Wanted image, BuildLog log);

    /** Ordered by name. */
    CompletionStage<List<SnapshotView>> list(Origin origin);

    CompletionStage<Outcome<SnapshotView>> read(Origin origin, SnapshotName name);

    /** What started from it goes on; the image stays in the cache. */
    CompletionStage<Outcome<Unit>> delete(Origin origin, SnapshotName name);
}
