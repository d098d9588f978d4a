package dev.sealbox.runtime.storage;

import dev.sealbox.domain.sandbox.Limits;

/**
 * How a sandbox was launched, for launching it once more as it is.
 *
 * @param mountFolder where relative paths of the options start
 * @param mountOptions of the overlay that is its disk
 * @param authority of its organisation, PEM
 */
public record LaunchRecord(String mountFolder, String mountOptions, Limits limits, String authority) {}
