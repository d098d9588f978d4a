package dev.sealbox.domain.organization;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.identity.StoreName;
import java.util.Map;

/** Why an organisation will not do what it was asked. */
public sealed interface OrganizationRefusal extends Refusal {

    record NameTaken(StoreName name) implements OrganizationRefusal {}

    record TooManyStores(int limit) implements OrganizationRefusal {}

    record TooManySandboxes(int active, int limit) implements OrganizationRefusal {}

    record OrganizationExists() implements OrganizationRefusal {}

    record NoSuchApiKey() implements OrganizationRefusal {}

    /** Two keys whose hashes begin alike; a new attempt draws another key. */
    record ApiKeyIdTaken() implements OrganizationRefusal {}

    record TooManyApiKeys(int limit) implements OrganizationRefusal {}

    record ExpiresInThePast() implements OrganizationRefusal {}

    /** Without it nobody could make keys any more. */
    record LastAdminKey() implements OrganizationRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NameTaken refusal -> Kind.CONFLICT;
            case TooManyStores refusal -> Kind.INVALID;
            case TooManySandboxes refusal -> Kind.EXHAUSTED;
            case OrganizationExists refusal -> Kind.CONFLICT;
            case NoSuchApiKey refusal -> Kind.NOT_FOUND;
            case ApiKeyIdTaken refusal -> Kind.CONFLICT;
            case TooManyApiKeys refusal -> Kind.INVALID;
            case ExpiresInThePast refusal -> Kind.INVALID;
            case LastAdminKey refusal -> Kind.CONFLICT;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NameTaken refusal -> "store.name-taken";
            case TooManyStores refusal -> "organization.too-many-stores";
            case TooManySandboxes refusal -> "organization.too-many-sandboxes";
            case OrganizationExists refusal -> "organization.exists";
            case NoSuchApiKey refusal -> "api-key.not-found";
            case ApiKeyIdTaken refusal -> "api-key.id-taken";
            case TooManyApiKeys refusal -> "api-key.too-many";
            case ExpiresInThePast refusal -> "api-key.expires-in-the-past";
            case LastAdminKey refusal -> "api-key.last-admin";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NameTaken(var name) -> "a secret store with this name exists: " + name;
            case TooManyStores(var limit) -> "an organisation has at most " + limit + " secret stores";
            case TooManySandboxes(var active, var limit) -> "too many concurrent sandboxes: " + active + " of " + limit;
            case OrganizationExists refusal -> "an organisation with this id exists";
            case NoSuchApiKey refusal -> "there is no such API key";
            case ApiKeyIdTaken refusal -> "an API key with this id exists; try again";
            case TooManyApiKeys(var limit) -> "an organisation has at most " + limit + " API keys in use";
            case ExpiresInThePast refusal -> "expiresAt lies in the past";
            case LastAdminKey refusal -> "this is the organisation's last admin key";
        };
    }

    @Override
    default Map<String, Object> details() {
        return this instanceof TooManySandboxes(var active, var limit)
                ? Map.of("active", active, "limit", limit)
                : Map.of();
    }
}
