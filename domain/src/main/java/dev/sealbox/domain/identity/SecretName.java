package dev.sealbox.domain.identity;

import dev.sealbox.domain.InvalidValue;
import java.util.regex.Pattern;

/**
 * A secret's name, which becomes the name of an environment variable.
 *
 * <p>A new secret's name goes through {@link #chosen}; the constructor also takes names that came to be reserved after
 * they were chosen, so that events stay readable and such a secret can be deleted.
 */
public record SecretName(String value) implements Comparable<SecretName> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

    public SecretName {
        if (!FORM.matcher(value).matches()) {
            throw new InvalidValue("a secret name is a letter or _ and then up to 127 letters, digits or _");
        }
    }

    /**
     * A name that somebody wants for a secret.
     *
     * @throws InvalidValue also for names that steer the programs of a sandbox, such as {@code PATH}, in any case
     */
    public static SecretName chosen(String text) {
        var name = new SecretName(text);
        if (ReservedNames.contain(text)) {
            throw new InvalidValue("the name " + text + " is reserved: it steers the programs of a sandbox");
        }
        return name;
    }

    @Override
    public int compareTo(SecretName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
