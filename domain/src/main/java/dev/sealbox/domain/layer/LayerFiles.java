package dev.sealbox.domain.layer;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Port: the layers of this host as streams. Thread-safe; a stage fails with an exception whose message names the step.
 *
 * <p>What goes in and out is a line of JSON, the list of what follows with a digest of each, then one compressed tar per
 * layer, the lowest first.
 */
public interface LayerFiles {

    /**
     * Packs layers, complete when the first byte can be read. The caller closes the stream, which then leaves nothing.
     *
     * @param layers newest first
     */
    CompletionStage<InputStream> pack(List<CheckpointId> layers);

    /**
     * Makes one layer of what comes: of what {@link #pack} gave, on this host or another, or of a root file system. Whole or
     * not at all, and only when every digest is right. Reads {@code content} on a thread of its own and closes it. A layer that is there already stays as it is.
     */
    CompletionStage<Outcome<Unpacked>> unpack(CheckpointId layer, Incoming how, InputStream content);
}
