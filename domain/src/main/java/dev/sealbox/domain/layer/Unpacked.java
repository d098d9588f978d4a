package dev.sealbox.domain.layer;

import dev.sealbox.domain.sandbox.Defaults;

/**
 * A layer that was made of files from outside.
 *
 * @param sizeBytes on disk
 * @param defaults what the files' source says about commands, if it does
 */
public record Unpacked(long sizeBytes, Defaults defaults) {}
