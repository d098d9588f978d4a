package dev.sealbox.domain.checkpoint;

import java.time.Instant;
import java.util.UUID;

/**
 * A script that runs once in every fork of a checkpoint, before anybody else does something there.
 *
 * @param number 1, 2, 3 … of one checkpoint, never the same twice; they run in this order
 */
public record Patch(UUID id, int number, String script, String description, Instant createdAt) {

    /** Of one checkpoint. */
    public static final int MAX = 100;
}
