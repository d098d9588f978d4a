package dev.sealbox.domain.store;

/**
 * What a change of a secret has come to.
 *
 * @param version the one that is current now
 * @param anywhere whether neither the secret nor its store names any host
 */
public record SecretChanged(int version, Refreshed refreshed, boolean anywhere) {

    /** Where hosts are named. */
    public SecretChanged(int version, Refreshed refreshed) {
        this(version, refreshed, false);
    }
}
