package dev.sealbox.domain.organization;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.identity.StoreName;
import java.util.Map;

/** Why an organisation will not do what it was asked. */
public sealed interface OrganizationRefusal extends Refusal {

    record NameTaken(StoreName name) implements OrganizationRefusal {
        @Override
        public Kind kind() {
            return Kind.CONFLICT;
        }

        @Override
        public String code() {
            return "store.name-taken";
        }

        @Override
        public String message() {
            return "a secret store with this name exists: " + name;
        }
    }

    record TooManyStores(int limit) implements OrganizationRefusal {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }

        @Override
        public String code() {
            return "organization.too-many-stores";
        }

        @Override
        public String message() {
            return "an organisation has at most " + limit + " secret stores";
        }
    }

    record TooManySandboxes(int active, int limit) implements OrganizationRefusal {
        @Override
        public Kind kind() {
            return Kind.EXHAUSTED;
        }

        @Override
        public String code() {
            return "organization.too-many-sandboxes";
        }

        @Override
        public String message() {
            return "too many concurrent sandboxes: " + active + " of " + limit;
        }

        @Override
        public Map<String, Object> details() {
            return Map.of("active", active, "limit", limit);
        }
    }

    /** Never says which of the reasons it is: missing, unknown or revoked. */
    record NotAuthenticated() implements OrganizationRefusal {
        @Override
        public Kind kind() {
            return Kind.NOT_FOUND;
        }

        @Override
        public String code() {
            return "unauthorized";
        }

        @Override
        public String message() {
            return "invalid or missing API key";
        }
    }
}
