package dev.sealbox.domain.store;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.store.StoreCommand.AbandonStore;
import dev.sealbox.domain.store.StoreCommand.BindSandbox;
import dev.sealbox.domain.store.StoreCommand.ChangeAllowlist;
import dev.sealbox.domain.store.StoreCommand.ConfirmShredded;
import dev.sealbox.domain.store.StoreCommand.CreateStore;
import dev.sealbox.domain.store.StoreCommand.DeleteSecret;
import dev.sealbox.domain.store.StoreCommand.DeleteStore;
import dev.sealbox.domain.store.StoreCommand.RenameStore;
import dev.sealbox.domain.store.StoreCommand.RevokeStore;
import dev.sealbox.domain.store.StoreCommand.SetSecret;
import dev.sealbox.domain.store.StoreCommand.UnbindSandbox;
import dev.sealbox.domain.store.StoreEvent.AllowlistChanged;
import dev.sealbox.domain.store.StoreEvent.KeysShredded;
import dev.sealbox.domain.store.StoreEvent.SandboxBound;
import dev.sealbox.domain.store.StoreEvent.SandboxUnbound;
import dev.sealbox.domain.store.StoreEvent.SecretDeleted;
import dev.sealbox.domain.store.StoreEvent.SecretSet;
import dev.sealbox.domain.store.StoreEvent.StoreCreated;
import dev.sealbox.domain.store.StoreEvent.StoreDeleted;
import dev.sealbox.domain.store.StoreEvent.StoreRenamed;
import dev.sealbox.domain.store.StoreEvent.StoreRevoked;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Named secrets and the hosts that sandboxes holding them may reach. {@link #decide} says what may happen,
 * {@link #apply} what then is.
 *
 * @param revision counts events, so that a bound sandbox can tell an older view from a newer one
 * @param versions the last version of every name ever set, deleted ones included
 * @param bound the sandboxes that are told of changes
 * @param condemned data keys that are to be destroyed and are not yet known to be
 */
public record SecretStore(
        Stage stage,
        OrganizationId organization,
        StoreName name,
        List<HostPattern> allowlist,
        Map<SecretName, Secret> secrets,
        Map<SecretName, Integer> versions,
        Set<SandboxId> bound,
        Set<KeyId> condemned,
        long revision,
        Instant createdAt,
        Instant updatedAt) {

    /** The largest number of secrets in a store (SEMANTICS 14). */
    public static final int MAX_SECRETS = 200;

    /** From nothing to gone, one way. */
    public enum Stage {
        ABSENT,
        PRESENT,
        DELETED
    }

    public static final SecretStore ABSENT = new SecretStore(
            Stage.ABSENT,
            new OrganizationId("none"),
            new StoreName("-"),
            List.of(),
            Map.of(),
            Map.of(),
            Set.of(),
            Set.of(),
            0,
            Instant.EPOCH,
            Instant.EPOCH);

    /** Whether {@code organization} may know of this store. */
    public boolean isVisibleTo(OrganizationId asking) {
        return stage == Stage.PRESENT && organization.equals(asking);
    }

    public Decision<StoreEvent, StoreRefusal> decide(Origin origin, StoreCommand command) {
        if (command.needsOwner() && !isVisibleTo(origin.organization())) {
            return refuse(new StoreRefusal.NoSuchStore());
        }
        return switch (command) {
            case CreateStore(var wanted, var hosts) -> create(wanted, hosts);
            case AbandonStore() -> abandon();
            case RenameStore(var wanted) -> wanted.equals(name) ? accept() : accept(new StoreRenamed(wanted));
            case ChangeAllowlist(var hosts) -> hosts.equals(allowlist) ? accept() : accept(new AllowlistChanged(hosts));
            case SetSecret set -> set(set);
            case DeleteSecret(var secret) ->
                secrets.containsKey(secret)
                        ? accept(new SecretDeleted(secret))
                        : refuse(new StoreRefusal.NoSuchSecret(secret));
            case DeleteStore() -> accept(new StoreDeleted());
            case RevokeStore() -> accept(new StoreRevoked());
            case BindSandbox(var sandbox) -> bound.contains(sandbox) ? accept() : accept(new SandboxBound(sandbox));
            case UnbindSandbox(var sandbox) -> bound.contains(sandbox) ? accept(new SandboxUnbound(sandbox)) : accept();
            case ConfirmShredded(var keys) -> shredded(keys);
        };
    }

    private Decision<StoreEvent, StoreRefusal> create(StoreName wanted, List<HostPattern> hosts) {
        return stage == Stage.ABSENT
                ? accept(new StoreCreated(wanted, hosts))
                : refuse(new StoreRefusal.AlreadyExists());
    }

    private Decision<StoreEvent, StoreRefusal> abandon() {
        return switch (stage) {
            case ABSENT -> accept(new StoreDeleted());
            case PRESENT -> refuse(new StoreRefusal.AlreadyExists());
            case DELETED -> accept();
        };
    }

    private Decision<StoreEvent, StoreRefusal> set(SetSecret set) {
        var present = secrets.get(set.name());
        if (present == null && secrets.size() >= MAX_SECRETS) {
            return refuse(new StoreRefusal.TooManySecrets(MAX_SECRETS));
        }
        var entry = present == null ? set.entry() : present.entry();
        var version = versions.getOrDefault(set.name(), 0) + 1;
        return accept(new SecretSet(set.name(), entry, version, set.value(), set.hosts()));
    }

    private Decision<StoreEvent, StoreRefusal> shredded(Set<KeyId> keys) {
        var open = keys.stream().filter(condemned::contains).collect(Collectors.toUnmodifiableSet());
        return open.isEmpty() ? accept() : accept(new KeysShredded(open));
    }

    public SecretStore apply(Recorded<StoreEvent> recorded) {
        var at = recorded.at();
        return switch (recorded.event()) {
            case StoreCreated(var created, var hosts) ->
                new SecretStore(
                        Stage.PRESENT,
                        recorded.origin().organization(),
                        created,
                        hosts,
                        Map.of(),
                        Map.of(),
                        Set.of(),
                        Set.of(),
                        1,
                        at,
                        at);
            case StoreRenamed(var wanted) -> described(wanted, allowlist, at);
            case AllowlistChanged(var hosts) -> described(name, hosts, at);
            case SecretSet set -> withSecret(set, at);
            case SecretDeleted(var deleted) -> withoutSecret(deleted, at);
            case StoreDeleted() -> gone(secrets, at);
            case StoreRevoked() -> gone(Map.of(), at);
            case SandboxBound(var sandbox) -> withBound(with(bound, sandbox));
            case SandboxUnbound(var sandbox) -> withBound(without(bound, Set.of(sandbox)));
            case KeysShredded(var keys) -> contents(secrets, versions, without(condemned, keys), updatedAt);
        };
    }

    private SecretStore withSecret(SecretSet set, Instant at) {
        var before = secrets.get(set.name());
        var createdAt = before == null ? at : before.createdAt();
        var after = new TreeMap<>(secrets);
        after.put(set.name(), new Secret(set.entry(), set.version(), set.value(), set.hosts(), createdAt, at));
        var counted = new TreeMap<>(versions);
        counted.put(set.name(), set.version());
        return contents(after, counted, before == null ? condemned : with(condemned, key(before)), at);
    }

    private SecretStore withoutSecret(SecretName deleted, Instant at) {
        var after = new TreeMap<>(secrets);
        var before = after.remove(deleted);
        return contents(after, versions, before == null ? condemned : with(condemned, key(before)), at);
    }

    /**
     * Keeps the allowlist, so that sandboxes which outlive the store stay restricted (SEMANTICS 8.6).
     *
     * @param left secrets that those sandboxes keep; their keys are destroyed all the same
     */
    private SecretStore gone(Map<SecretName, Secret> left, Instant at) {
        var keys = new HashSet<>(condemned);
        secrets.values().forEach(secret -> keys.add(key(secret)));
        return new SecretStore(
                Stage.DELETED,
                organization,
                name,
                allowlist,
                left,
                versions,
                bound,
                Set.copyOf(keys),
                revision + 1,
                createdAt,
                at);
    }

    private SecretStore described(StoreName wanted, List<HostPattern> hosts, Instant at) {
        return new SecretStore(
                stage, organization, wanted, hosts, secrets, versions, bound, condemned, revision + 1, createdAt, at);
    }

    private SecretStore contents(
            Map<SecretName, Secret> after, Map<SecretName, Integer> counted, Set<KeyId> doomed, Instant at) {
        return new SecretStore(
                stage, organization, name, allowlist, after, counted, bound, doomed, revision + 1, createdAt, at);
    }

    private SecretStore withBound(Set<SandboxId> after) {
        return new SecretStore(
                stage,
                organization,
                name,
                allowlist,
                secrets,
                versions,
                after,
                condemned,
                revision + 1,
                createdAt,
                updatedAt);
    }

    /** What a bound sandbox may know. */
    public StoreView view(StoreId id) {
        return new StoreView(id, name, revision, stage == Stage.DELETED, allowlist, secrets);
    }

    private static KeyId key(Secret secret) {
        return secret.value().key();
    }

    private static <T> Set<T> with(Set<T> set, T element) {
        var after = new HashSet<>(set);
        after.add(element);
        return Set.copyOf(after);
    }

    private static <T> Set<T> without(Set<T> set, Set<T> elements) {
        var after = new HashSet<>(set);
        after.removeAll(elements);
        return Set.copyOf(after);
    }
}
