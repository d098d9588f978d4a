package dev.sealbox.domain.organization;

/** What a key is worth now. Only {@link Valid} is ever told to whoever presents the key. */
public sealed interface KeyStanding {

    record Valid(String keyId, KeyTerms terms) implements KeyStanding {}

    record Unknown() implements KeyStanding {}

    record Expired() implements KeyStanding {}

    record Revoked() implements KeyStanding {}
}
