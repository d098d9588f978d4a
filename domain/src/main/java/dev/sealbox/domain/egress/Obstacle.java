package dev.sealbox.domain.egress;

/** Why a secret of a sandbox cannot be used in a request that holds its token. */
public enum Obstacle {
    /** It was deleted, or is switched off. */
    GONE("secret.gone"),
    /** Its hosts, or the allowlist, leave this one out. */
    HOST("secret.not-for-host"),
    /** It may not be put into that part of a request. */
    LOCATION("secret.not-for-location"),
    /** The request is not encrypted. */
    PLAIN_HTTP("secret.not-over-http");

    private final String code;

    Obstacle(String code) {
        this.code = code;
    }

    /** Stable, part of the API. */
    public String code() {
        return code;
    }
}
