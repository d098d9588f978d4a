package dev.sealbox.domain.sandbox;

/** One entry of a directory; {@code size} in bytes, 0 for a directory. */
public record FileEntry(String name, boolean directory, String path, long size) {}
