package dev.sealbox.domain.sandbox;

/**
 * What a host has made of a sandbox as a checkpoint.
 *
 * @param sizeBytes of everything that it keeps
 * @param memory whether that is also what the processes had in memory, so that they go on in what starts from it there
 */
public record Taken(long sizeBytes, boolean memory) {}
