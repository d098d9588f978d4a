package dev.sealbox.domain.store;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;

/** Why a secret store will not do what it was asked. */
public sealed interface StoreRefusal extends Refusal {

    /** Also the answer about a store of another organisation. */
    record NoSuchStore() implements StoreRefusal {}

    /** A sandbox was to be started with a store that the organisation does not have. */
    record UnknownName(StoreName name) implements StoreRefusal {}

    record NoSuchSecret(SecretName name) implements StoreRefusal {}

    record TooManySecrets(int limit) implements StoreRefusal {}

    /** The id is taken; with random ids only a repeated create meets this. */
    record AlreadyExists() implements StoreRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NoSuchStore refusal -> Kind.NOT_FOUND;
            case UnknownName refusal -> Kind.INVALID;
            case NoSuchSecret refusal -> Kind.NOT_FOUND;
            case TooManySecrets refusal -> Kind.INVALID;
            case AlreadyExists refusal -> Kind.CONFLICT;
        };
    }

    @Override
    default String code() {
        return switch (this) {
            case NoSuchStore refusal -> "store.not-found";
            case UnknownName refusal -> "store.unknown-name";
            case NoSuchSecret refusal -> "secret.not-found";
            case TooManySecrets refusal -> "store.too-many-secrets";
            case AlreadyExists refusal -> "store.exists";
        };
    }

    @Override
    default String message() {
        return switch (this) {
            case NoSuchStore() -> "secret store not found";
            case UnknownName(var name) -> "secret store not found: " + name;
            case NoSuchSecret(var name) -> "secret not found: " + name;
            case TooManySecrets(var limit) -> "a store holds at most " + limit + " secrets";
            case AlreadyExists() -> "the secret store exists";
        };
    }
}
