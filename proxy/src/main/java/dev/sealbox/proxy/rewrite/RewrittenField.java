package dev.sealbox.proxy.rewrite;

/**
 * A field as the upstream shall see it.
 *
 * @param value a {@link Revealed} where a secret's value is in it, otherwise as it came
 */
public record RewrittenField(String name, CharSequence value) {

    /** Says nothing of the value. */
    @Override
    public String toString() {
        return name;
    }
}
