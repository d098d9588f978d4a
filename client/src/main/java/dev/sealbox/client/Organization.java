package dev.sealbox.client;

/**
 * An organisation of the deployment.
 *
 * @param createdAt RFC 3339
 */
public record Organization(String id, String createdAt) {}
