package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.identity.CheckpointId;

/** A checkpoint for people; {@code state} has all that may be told, since no plaintext is in it. */
public record CheckpointView(CheckpointId id, Checkpoint state) {}
