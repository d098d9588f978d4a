package dev.sealbox.domain.identity;

import dev.sealbox.domain.Texts;

/** What people call a store: unique in its organisation, case-sensitive, 1 to 128 characters without control characters. */
public record StoreName(String value) {
    public StoreName {
        Texts.label("the store name", value, 128);
    }

    @Override
    public String toString() {
        return value;
    }
}
