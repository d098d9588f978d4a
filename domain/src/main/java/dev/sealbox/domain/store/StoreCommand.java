package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** What can be asked of a secret store. */
public sealed interface StoreCommand {

    /** {@code name} must have been reserved with the organisation before. */
    record CreateStore(StoreName name, List<HostPattern> allowlist) implements StoreCommand {}

    /** {@code name} must have been reserved with the organisation before. */
    record RenameStore(StoreName name) implements StoreCommand {}

    record ChangeAllowlist(List<HostPattern> allowlist) implements StoreCommand {}

    /** Replaces value and hosts alike. {@code entry} is the id that a new name gets. */
    record SetSecret(SecretName name, Encrypted value, List<HostPattern> hosts, UUID entry) implements StoreCommand {}

    record DeleteSecret(SecretName name) implements StoreCommand {}

    record DeleteStore() implements StoreCommand {}

    /** Deletes the store, and takes its secrets from the sandboxes that run with it. */
    record RevokeStore() implements StoreCommand {}

    /** The name that was reserved for this store is taken away: if it was not created by now, it never will be. */
    record AbandonStore() implements StoreCommand {}

    /** From now on the sandbox is told of every change. */
    record BindSandbox(SandboxId sandbox) implements StoreCommand {}

    record UnbindSandbox(SandboxId sandbox) implements StoreCommand {}

    /** The vault has destroyed these data keys. */
    record ConfirmShredded(Set<KeyId> keys) implements StoreCommand {}

    /**
     * Whether the store must be there and belong to whoever asks. The others create it, or come from a part of the system
     * that must get its answer also when the store is gone.
     */
    default boolean needsOwner() {
        return switch (this) {
            case RenameStore c -> true;
            case ChangeAllowlist c -> true;
            case SetSecret c -> true;
            case DeleteSecret c -> true;
            case DeleteStore c -> true;
            case RevokeStore c -> true;
            case BindSandbox c -> true;
            case CreateStore c -> false;
            case AbandonStore c -> false;
            case UnbindSandbox c -> false;
            case ConfirmShredded c -> false;
        };
    }
}
