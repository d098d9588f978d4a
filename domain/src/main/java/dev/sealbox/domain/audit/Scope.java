package dev.sealbox.domain.audit;

import dev.sealbox.domain.identity.OrganizationId;
import java.util.Optional;

/**
 * Whose part of the log an asker may read.
 *
 * @param only empty for the operators of the deployment, who may read all
 */
public record Scope(Optional<OrganizationId> only) {

    public static final Scope EVERYTHING = new Scope(Optional.empty());

    public static Scope of(OrganizationId organization) {
        return new Scope(Optional.of(organization));
    }

    public boolean covers(OrganizationId organization) {
        return only.isEmpty() || only.get().equals(organization);
    }
}
