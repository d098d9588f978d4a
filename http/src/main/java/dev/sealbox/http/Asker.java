package dev.sealbox.http;

import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.Role;
import dev.sealbox.domain.sandbox.SandboxView;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who sends a request, and as what.
 *
 * @param stores those that a launcher's key names
 */
record Asker(Origin origin, Role role, List<StoreName> stores) {

    /** Whether only what this key itself has started exists for it. */
    boolean isLauncher() {
        return role == Role.AGENT_LAUNCHER;
    }

    /** The only stores that its sandboxes may stand on; empty for any. */
    Optional<Set<StoreName>> within() {
        return isLauncher() ? Optional.of(Set.copyOf(stores)) : Optional.empty();
    }

    boolean mayStartWith(Optional<StoreName> store) {
        return within().isEmpty() || store.isEmpty() || stores.contains(store.get());
    }

    boolean sees(SandboxView sandbox) {
        return !isLauncher() || sandbox.startedBy().equals(origin.keyId());
    }
}
