package dev.sealbox.domain.store;

/**
 * What a change of a secret has come to.
 *
 * @param version the one that is current now
 */
public record SecretChanged(int version, Refreshed refreshed) {}
