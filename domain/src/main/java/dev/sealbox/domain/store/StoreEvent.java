package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.TcpTarget;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** What has happened to a secret store. Stored for ever: add cases, never change the meaning of one. */
public sealed interface StoreEvent {

    record StoreCreated(StoreName name, List<HostPattern> allowlist) implements StoreEvent {}

    record StoreRenamed(StoreName name) implements StoreEvent {}

    record AllowlistChanged(List<HostPattern> allowlist) implements StoreEvent {}

    /** Plain TCP is passed through to these ports of hosts, and no others. */
    record EgressTcpChanged(List<TcpTarget> targets) implements StoreEvent {}

    record SecretSet(SecretName name, UUID entry, int version, Encrypted value, List<HostPattern> hosts)
            implements StoreEvent {}

    /** The value of version {@code restored}, sealed anew, and its hosts are current again as a new version. */
    record SecretRolledBack(SecretName name, int version, int restored, Encrypted value, List<HostPattern> hosts)
            implements StoreEvent {}

    /** The current version may be revealed elsewhere. */
    record SecretHostsChanged(SecretName name, int version, List<HostPattern> hosts) implements StoreEvent {}

    /** The secret may be revealed in other parts of requests, whichever version is current. */
    record SecretLocationsChanged(SecretName name, Locations locations) implements StoreEvent {}

    record SecretDisabled(SecretName name) implements StoreEvent {}

    record SecretEnabled(SecretName name) implements StoreEvent {}

    record VersionDisabled(SecretName name, int version) implements StoreEvent {}

    record VersionEnabled(SecretName name, int version) implements StoreEvent {}

    /** The version's data key is to be destroyed; its metadata stays. */
    record VersionDestroyed(SecretName name, int version) implements StoreEvent {}

    /** The versions up to and including {@code upTo} are beyond the limit: gone, their data keys are to be destroyed. */
    record VersionsRetired(SecretName name, int upTo) implements StoreEvent {}

    record VersionLimitChanged(VersionLimit limit) implements StoreEvent {}

    record SecretDeleted(SecretName name) implements StoreEvent {}

    record StoreDeleted() implements StoreEvent {}

    /** As {@link StoreDeleted}, and taken from the sandboxes that run with it; its allowlist goes on restricting them. */
    record StoreRevoked() implements StoreEvent {}

    record SandboxBound(SandboxId sandbox) implements StoreEvent {}

    /** From now on it may be revealed in requests that these rules allow. */
    record SecretRulesChanged(SecretName name, List<UseRule> rules) implements StoreEvent {}

    /** From now on this, and nothing else, is denied to sandboxes that stand on the store. */
    record DenialsChanged(Denials denials) implements StoreEvent {}

    record SandboxUnbound(SandboxId sandbox) implements StoreEvent {}

    /** The data keys are destroyed: what they encrypted is noise from here on. */
    record KeysShredded(Set<KeyId> keys) implements StoreEvent {}
}
