package dev.sealbox.client;

/** One entry of a directory; {@code size} in bytes. */
public record FileInfo(String name, boolean isDir, String path, long size) {}
