package dev.sealbox.domain.identity;

import dev.sealbox.domain.InvalidValue;
import java.util.regex.Pattern;

/** An organisation: the owner of stores, sandboxes and checkpoints. */
public record OrganizationId(String value) {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    public OrganizationId {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValue("an organisation id is 1 to 63 of a-z, 0-9 and -");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
