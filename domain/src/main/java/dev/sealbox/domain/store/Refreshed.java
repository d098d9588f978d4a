package dev.sealbox.domain.store;

/**
 * How far a change has come.
 *
 * @param sandboxes running sandboxes that have taken it
 * @param lagging bound running sandboxes that have not answered in time
 */
public record Refreshed(int sandboxes, int lagging) {}
