package dev.sealbox.domain.layer;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.image.SnapshotName;
import dev.sealbox.domain.image.SnapshotView;
import java.io.InputStream;
import java.util.concurrent.CompletionStage;

/**
 * Port: the files of checkpoints and snapshots as signed archives. Thread-safe; scoped as {@code Sandboxes} is.
 *
 * <p>An archive holds files and what an image says about commands: no store, no variable of a sandbox, no token's meaning.
 */
public interface Archives {

    /** The archive of a checkpoint that is ready, as a stream that the caller closes. */
    CompletionStage<Outcome<InputStream>> export(Origin origin, CheckpointId checkpoint);

    /** The archive of a snapshot that is ready. */
    CompletionStage<Outcome<InputStream>> export(Origin origin, SnapshotName snapshot);

    /**
     * Makes a snapshot of an archive, or of somebody else's image or root file system: verified wholly before a file of it is unpacked, and visible when it is ready.
     * Reads {@code archive} on a thread of its own and closes it.
     */
    CompletionStage<Outcome<SnapshotView>> importAs(
            Origin origin, SnapshotName name, Incoming how, InputStream archive);
}
