package dev.sealbox.domain.placement;

/**
 * What a sandbox may use of its host, apart from disk.
 *
 * @param memoryMB mebibytes
 */
public record Size(int cpuCount, int memoryMB) {}
