package dev.sealbox.domain.organization;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.Texts;
import dev.sealbox.domain.identity.StoreName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an API key is for: settled when it is issued, never changed.
 *
 * @param name what people call it; need not be unique
 * @param stores which stores an {@link Role#AGENT_LAUNCHER} may start sandboxes with; empty for every other role
 * @param expiresAt when it ceases to be valid; empty for never
 */
public record KeyTerms(String name, Role role, List<StoreName> stores, Optional<Instant> expiresAt) {

    /** The largest number of stores that one key may name. */
    public static final int MAX_STORES = 100;

    private static final int MAX_NAME = 128;

    public KeyTerms {
        Texts.label("the key's name", name, MAX_NAME);
        stores = stores.stream().distinct().toList();
        if (role != Role.AGENT_LAUNCHER && !stores.isEmpty()) {
            throw new InvalidValue("only a key with the role " + Role.AGENT_LAUNCHER + " names stores");
        }
        if (stores.size() > MAX_STORES) {
            throw new InvalidValue("a key names at most " + MAX_STORES + " stores");
        }
    }

    /** An administrator's key that never expires. */
    public static KeyTerms admin(String name) {
        return new KeyTerms(name, Role.ADMIN, List.of(), Optional.empty());
    }
}
