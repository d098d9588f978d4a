package dev.sealbox.domain.organization;

import dev.sealbox.domain.InvalidValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What an API key may be used for; the HTTP API says which requests that means. */
public enum Role {
    /** Everything in its organisation, keys included. */
    ADMIN,
    /** Stores, secrets and sandboxes; no keys. */
    OPERATOR,
    /** Sandboxes of its own, with the stores that the key names; stores can neither be read nor changed. */
    AGENT_LAUNCHER,
    /** Reads the log. */
    AUDITOR;

    /** How the role is written in requests, answers and events. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Reads a {@link #word}.
     *
     * @throws InvalidValue with the roles that there are
     */
    public static Role parse(String word) {
        return Arrays.stream(values())
                .filter(role -> role.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new InvalidValue("role must be one of "
                        + Arrays.stream(values()).map(Role::word).collect(Collectors.joining(", "))));
    }

    @Override
    public String toString() {
        return word();
    }
}
