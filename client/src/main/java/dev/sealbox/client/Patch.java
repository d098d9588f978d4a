package dev.sealbox.client;

/**
 * A script that runs once in whatever starts from a checkpoint or a snapshot.
 *
 * @param checkpointId what it belongs to; of a snapshot the checkpoint that stands for it
 * @param sequence 1, 2, 3 …, the order in which they run
 * @param createdAt RFC 3339
 */
public record Patch(
        String id, String checkpointId, int sequence, String script, String description, String createdAt) {}
