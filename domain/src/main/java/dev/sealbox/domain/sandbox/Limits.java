package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.placement.Size;

/**
 * What a sandbox may use of its host.
 *
 * @param cpuCount whole CPUs
 * @param memoryMB mebibytes
 * @param diskMB mebibytes
 */
public record Limits(int cpuCount, int memoryMB, int diskMB) {

    /** What counts when a host is chosen. */
    public Size size() {
        return new Size(cpuCount, memoryMB);
    }
}
