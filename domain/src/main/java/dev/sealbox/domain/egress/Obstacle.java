package dev.sealbox.domain.egress;

/**
 * Why a secret of a sandbox cannot be used in a request that holds its token.
 *
 * @param code stable, part of the API
 */
public record Obstacle(String code) {
    /** It was deleted, or is switched off. */
    public static final Obstacle GONE = new Obstacle("secret.gone");

    /** Its hosts, or the allowlist, leave this one out. */
    public static final Obstacle HOST = new Obstacle("secret.not-for-host");

    /** It may not be put into that part of a request. */
    public static final Obstacle LOCATION = new Obstacle("secret.not-for-location");

    /** The request is not encrypted. */
    public static final Obstacle PLAIN_HTTP = new Obstacle("secret.not-over-http");

    /** The request comes in a tunnel whose TLS does not name the host. */
    public static final Obstacle UNNAMED = new Obstacle("secret.not-without-server-name");

    /** It has rules that allow some requests, and this is none of them. */
    public static final Obstacle NO_RULE = new Obstacle("secret.allowed-by-no-rule");

    /** A rule speaks of paths or methods, and servers may take the request for one with another. */
    public static final Obstacle AMBIGUOUS = new Obstacle("secret.ambiguous-request");

    /** A rule denies it; {@code number} is its place, from 1. */
    public static Obstacle deniedBy(int number) {
        return new Obstacle("secret.denied-by-rule-" + number);
    }

    @Override
    public String toString() {
        return code;
    }
}
