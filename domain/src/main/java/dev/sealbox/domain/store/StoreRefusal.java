package dev.sealbox.domain.store;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;

/** Why a secret store will not do what it was asked. */
public sealed interface StoreRefusal extends Refusal {

    /** Also the answer about a store of another organisation. */
    record NoSuchStore() implements StoreRefusal {
        @Override
        public Kind kind() {
            return Kind.NOT_FOUND;
        }

        @Override
        public String code() {
            return "store.not-found";
        }

        @Override
        public String message() {
            return "secret store not found";
        }
    }

    /** A sandbox was to be started with a store that the organisation does not have. */
    record UnknownName(StoreName name) implements StoreRefusal {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }

        @Override
        public String code() {
            return "store.unknown-name";
        }

        @Override
        public String message() {
            return "secret store not found: " + name;
        }
    }

    record NoSuchSecret(SecretName name) implements StoreRefusal {
        @Override
        public Kind kind() {
            return Kind.NOT_FOUND;
        }

        @Override
        public String code() {
            return "secret.not-found";
        }

        @Override
        public String message() {
            return "secret not found: " + name;
        }
    }

    record TooManySecrets(int limit) implements StoreRefusal {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }

        @Override
        public String code() {
            return "store.too-many-secrets";
        }

        @Override
        public String message() {
            return "a store holds at most " + limit + " secrets";
        }
    }

    /** The id is taken; with random ids only a repeated create meets this. */
    record AlreadyExists() implements StoreRefusal {
        @Override
        public Kind kind() {
            return Kind.CONFLICT;
        }

        @Override
        public String code() {
            return "store.exists";
        }

        @Override
        public String message() {
            return "the secret store exists";
        }
    }
}
