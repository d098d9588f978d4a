package dev.sealbox.domain.sandbox;

/**
 * What a host has kept of a sandbox: as a checkpoint, or when it fell asleep.
 *
 * @param sizeBytes of everything that it keeps
 * @param memory whether that is also what the processes had in memory, so that they go on in what starts from it there
 */
public record Taken(long sizeBytes, boolean memory) {}
