package dev.sealbox.domain.sandbox;

/**
 * What a host must know of a sandbox that runs on it, and may be told anew while it does.
 *
 * @param timeoutSeconds of idleness, after which it asks for the sandbox's hibernation; 0 means never
 */
public record Terms(int timeoutSeconds, Limits limits) {}
