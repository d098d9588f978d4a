package dev.sealbox.domain.repeat;

/**
 * An answer as its client saw it.
 *
 * @param body JSON; never with a secret
 */
public record GivenAnswer(int status, String body) {}
