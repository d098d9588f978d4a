package dev.sealbox.domain.store;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import java.util.Map;

/** Why a secret store will not do what it was asked. */
public sealed interface StoreRefusal extends Refusal {

    /** Also the answer about a store of another organisation. */
    record NoSuchStore() implements StoreRefusal {}

    /** A sandbox was to be started with a store that the organisation does not have. */
    record UnknownName(StoreName name) implements StoreRefusal {}

    record NoSuchSecret(SecretName name) implements StoreRefusal {}

    /** Never made, or no longer kept. */
    record NoSuchVersion(SecretName name, int version) implements StoreRefusal {}

    record VersionDestroyed(SecretName name, int version) implements StoreRefusal {}

    /** It must be enabled first. */
    record VersionDisabled(SecretName name, int version) implements StoreRefusal {}

    /** Somebody else was faster; 0 stands for no version. */
    record VersionMismatch(SecretName name, int expected, int current) implements StoreRefusal {}

    record TooManySecrets(int limit) implements StoreRefusal {}

    /** The id is taken; with random ids only a repeated create meets this. */
    record AlreadyExists() implements StoreRefusal {}

    @Override
    default Kind kind() {
        return switch (this) {
            case NoSuchStore refusal -> Kind.NOT_FOUND;
            case UnknownName refusal -> Kind.INVALID;
            case NoSuchSecret refusal -> Kind.NOT_FOUND;
            case NoSuchVersion refusal -> Kind.NOT_FOUND;
            case VersionDestroyed refusal -> Kind.CONFLICT;
            case VersionDisabled refusal -> Kind.CONFLICT;
            case VersionMismatch refusal -> Kind.CONFLICT;
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
            case NoSuchVersion refusal -> "secret.version-not-found";
            case VersionDestroyed refusal -> "secret.version-destroyed";
            case VersionDisabled refusal -> "secret.version-disabled";
            case VersionMismatch refusal -> "secret.version-mismatch";
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
            case NoSuchVersion(var name, var version) -> "version " + version + " of " + name + " is not kept";
            case VersionDestroyed(var name, var version) -> "version " + version + " of " + name + " is destroyed";
            case VersionDisabled(var name, var version) -> "version " + version + " of " + name + " is disabled";
            case VersionMismatch(var name, var expected, var current) ->
                name + " is at version " + current + ", not " + expected;
            case TooManySecrets(var limit) -> "a store holds at most " + limit + " secrets";
            case AlreadyExists() -> "the secret store exists";
        };
    }

    /** A mismatch tells the version that a next try may build on. */
    @Override
    default Map<String, Object> details() {
        return this instanceof VersionMismatch mismatch ? Map.of("version", mismatch.current()) : Map.of();
    }
}
