package dev.sealbox.domain.organization;

/**
 * A new key, in the one moment in which it is known.
 *
 * @param secret what its holder presents; kept nowhere
 */
public record IssuedKey(ApiKeyView view, String secret) {

    @Override
    public String toString() {
        return "IssuedKey[" + view.id() + "]";
    }
}
