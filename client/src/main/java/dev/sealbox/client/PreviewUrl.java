package dev.sealbox.client;

/**
 * A port of a sandbox that can be reached from outside.
 *
 * @param hostname where it is reached
 * @param createdAt RFC 3339
 */
public record PreviewUrl(String id, String sandboxId, String hostname, int port, String createdAt) {}
