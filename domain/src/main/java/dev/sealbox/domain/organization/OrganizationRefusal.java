package dev.sealbox.domain.organization;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.identity.StoreName;
import java.util.Map;

/** Why an organisation will not do what it was asked. */
public sealed interface OrganizationRefusal extends Refusal {

    record NameTaken(StoreName name) implements OrganizationRefusal {}

    record TooManyStores(int limit) implements OrganizationRefusal {}

    record TooManySandboxes(int active, int limit) implements OrganizationRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NameTaken refusal -> Kind.CONFLICT;
            case TooManyStores refusal -> Kind.INVALID;
            case TooManySandboxes refusal -> Kind.EXHAUSTED;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NameTaken refusal -> "store.name-taken";
            case TooManyStores refusal -> "organization.too-many-stores";
            case TooManySandboxes refusal -> "organization.too-many-sandboxes";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NameTaken(var name) -> "a secret store with this name exists: " + name;
            case TooManyStores(var limit) -> "an organisation has at most " + limit + " secret stores";
            case TooManySandboxes(var active, var limit) -> "too many concurrent sandboxes: " + active + " of " + limit;
        };
    }

    @Override
    default Map<String, Object> details() {
        return this instanceof TooManySandboxes(var active, var limit)
                ? Map.of("active", active, "limit", limit)
                : Map.of();
    }
}
