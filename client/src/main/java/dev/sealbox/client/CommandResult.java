package dev.sealbox.client;

/**
 * What a finished command left.
 *
 * @param exitCode -1 when a signal or the timeout ended it
 */
public record CommandResult(int exitCode, String stdout, String stderr) {}
