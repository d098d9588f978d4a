package dev.sealbox.domain.store;

import dev.sealbox.domain.InvalidValue;

/** How many versions of each secret a store keeps, the current one included: 1 to 100. */
public record VersionLimit(int versions) {
    public static final int MOST = 100;

    public VersionLimit {
        if (versions < 1 || versions > MOST) {
            throw new InvalidValue("a store keeps 1 to " + MOST + " versions of a secret");
        }
    }

    @Override
    public String toString() {
        return Integer.toString(versions);
    }
}
