package dev.sealbox.domain.image;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Texts;

/**
 * What people call a snapshot: unique in its organisation, case-sensitive, 1 to 128 characters without control characters
 * or slash.
 */
public record SnapshotName(String value) {
    public SnapshotName {
        Texts.label("the snapshot name", value, 128);
        if (value.contains("/")) {
            throw new InvalidValue("the snapshot name holds a slash");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
