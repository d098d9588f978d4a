package dev.sealbox.domain.sandbox;

/**
 * What a sandbox may use of its host.
 *
 * @param cpuCount whole CPUs
 * @param memoryMB mebibytes
 * @param diskMB mebibytes
 */
public record Limits(int cpuCount, int memoryMB, int diskMB) {}
