package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UnusableTokens;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** What can be asked of a secret store. */
public sealed interface StoreCommand {

    /** {@code name} must have been reserved with the organisation before. */
    record CreateStore(StoreName name, List<HostPattern> allowlist, Denials denials, List<TcpTarget> egressTcp)
            implements StoreCommand {}

    /** {@code name} must have been reserved with the organisation before. */
    record RenameStore(StoreName name) implements StoreCommand {}

    record ChangeAllowlist(List<HostPattern> allowlist) implements StoreCommand {}

    /** Changes where plain TCP is passed through. */
    record ChangeEgressTcp(List<TcpTarget> targets) implements StoreCommand {}

    /**
     * Makes a new version of value and hosts alike.
     *
     * @param entry the id that a new name gets
     * @param cas the version that must be current, 0 for none; empty for whichever is
     * @param usual how many versions are kept where the store has no limit of its own
     */
    record SetSecret(
            SecretName name,
            Encrypted value,
            List<HostPattern> hosts,
            UUID entry,
            Optional<Integer> cas,
            VersionLimit usual)
            implements StoreCommand {}

    /**
     * Makes an older version's value and hosts current again, as a new version.
     *
     * @param value the older version's, sealed anew under a data key of its own
     * @param cas as in {@link SetSecret}
     * @param usual as in {@link SetSecret}
     */
    record RollBackSecret(SecretName name, int version, Encrypted value, Optional<Integer> cas, VersionLimit usual)
            implements StoreCommand {}

    /** Changes where the current version may be revealed. {@code cas} as in {@link SetSecret}. */
    record ChangeSecretHosts(SecretName name, List<HostPattern> hosts, Optional<Integer> cas) implements StoreCommand {}

    /** Changes in which parts of requests a secret may be revealed. */
    record ChangeSecretLocations(SecretName name, Locations locations) implements StoreCommand {}

    /** Changes in which requests a secret may be revealed. */
    record ChangeSecretRules(SecretName name, List<UseRule> rules) implements StoreCommand {}

    /** Changes what the store denies; what is not given stays. */
    record ChangeDenials(Optional<List<HostPattern>> hosts, Optional<UnusableTokens> unusableTokens)
            implements StoreCommand {}

    /** Lets sandboxes use a secret, or takes it from them without losing it. */
    record SwitchSecret(SecretName name, boolean enabled) implements StoreCommand {}

    /** Lets sandboxes use a version when it is current, or takes it from them without losing it. */
    record SwitchVersion(SecretName name, int version, boolean enabled) implements StoreCommand {}

    /** Gives a version's value up for ever. */
    record DestroyVersion(SecretName name, int version) implements StoreCommand {}

    /** From now on the store keeps so many versions of each secret. */
    record LimitVersions(VersionLimit limit) implements StoreCommand {}

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
            case ChangeEgressTcp c -> true;
            case SetSecret c -> true;
            case RollBackSecret c -> true;
            case ChangeSecretHosts c -> true;
            case ChangeSecretLocations c -> true;
            case ChangeSecretRules c -> true;
            case ChangeDenials c -> true;
            case SwitchSecret c -> true;
            case SwitchVersion c -> true;
            case DestroyVersion c -> true;
            case LimitVersions c -> true;
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
