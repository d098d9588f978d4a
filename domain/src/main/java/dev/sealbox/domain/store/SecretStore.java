package dev.sealbox.domain.store;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.egress.Denials;
import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.TcpTarget;
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
import dev.sealbox.domain.store.StoreCommand.ChangeDenials;
import dev.sealbox.domain.store.StoreCommand.ChangeEgressTcp;
import dev.sealbox.domain.store.StoreCommand.ChangeSecretHosts;
import dev.sealbox.domain.store.StoreCommand.ChangeSecretLocations;
import dev.sealbox.domain.store.StoreCommand.ChangeSecretRules;
import dev.sealbox.domain.store.StoreCommand.ConfirmShredded;
import dev.sealbox.domain.store.StoreCommand.CreateStore;
import dev.sealbox.domain.store.StoreCommand.DeleteSecret;
import dev.sealbox.domain.store.StoreCommand.DeleteStore;
import dev.sealbox.domain.store.StoreCommand.DestroyVersion;
import dev.sealbox.domain.store.StoreCommand.LimitVersions;
import dev.sealbox.domain.store.StoreCommand.RenameStore;
import dev.sealbox.domain.store.StoreCommand.RevokeStore;
import dev.sealbox.domain.store.StoreCommand.RollBackSecret;
import dev.sealbox.domain.store.StoreCommand.SetSecret;
import dev.sealbox.domain.store.StoreCommand.SwitchSecret;
import dev.sealbox.domain.store.StoreCommand.SwitchVersion;
import dev.sealbox.domain.store.StoreCommand.UnbindSandbox;
import dev.sealbox.domain.store.StoreEvent.AllowlistChanged;
import dev.sealbox.domain.store.StoreEvent.DenialsChanged;
import dev.sealbox.domain.store.StoreEvent.EgressTcpChanged;
import dev.sealbox.domain.store.StoreEvent.KeysShredded;
import dev.sealbox.domain.store.StoreEvent.SandboxBound;
import dev.sealbox.domain.store.StoreEvent.SandboxUnbound;
import dev.sealbox.domain.store.StoreEvent.SecretDeleted;
import dev.sealbox.domain.store.StoreEvent.SecretDisabled;
import dev.sealbox.domain.store.StoreEvent.SecretEnabled;
import dev.sealbox.domain.store.StoreEvent.SecretHostsChanged;
import dev.sealbox.domain.store.StoreEvent.SecretLocationsChanged;
import dev.sealbox.domain.store.StoreEvent.SecretRolledBack;
import dev.sealbox.domain.store.StoreEvent.SecretRulesChanged;
import dev.sealbox.domain.store.StoreEvent.SecretSet;
import dev.sealbox.domain.store.StoreEvent.StoreCreated;
import dev.sealbox.domain.store.StoreEvent.StoreDeleted;
import dev.sealbox.domain.store.StoreEvent.StoreRenamed;
import dev.sealbox.domain.store.StoreEvent.StoreRevoked;
import dev.sealbox.domain.store.StoreEvent.VersionDestroyed;
import dev.sealbox.domain.store.StoreEvent.VersionDisabled;
import dev.sealbox.domain.store.StoreEvent.VersionEnabled;
import dev.sealbox.domain.store.StoreEvent.VersionLimitChanged;
import dev.sealbox.domain.store.StoreEvent.VersionsRetired;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Named secrets and the hosts that sandboxes holding them may reach. {@link #decide} says what may happen,
 * {@link #apply} what then is.
 *
 * @param denials what is taken from sandboxes whatever allows it
 * @param limit how many versions of each secret are kept; empty for as many as the deployment usually keeps
 * @param versions the last version of every name ever set, deleted ones included
 * @param bound the sandboxes that are told of changes
 * @param condemned data keys that are to be destroyed and are not yet known to be
 * @param egressTcp where plain TCP is passed through
 * @param revision counts events, so that a bound sandbox can tell an older view from a newer one
 */
public record SecretStore(
        Stage stage,
        OrganizationId organization,
        StoreName name,
        List<HostPattern> allowlist,
        Denials denials,
        Optional<VersionLimit> limit,
        Map<SecretName, Secret> secrets,
        Map<SecretName, Integer> versions,
        Set<SandboxId> bound,
        Set<KeyId> condemned,
        List<TcpTarget> egressTcp,
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
            Denials.NONE,
            Optional.empty(),
            Map.of(),
            Map.of(),
            Set.of(),
            Set.of(),
            List.of(),
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
            case CreateStore create -> create(create);
            case AbandonStore() -> abandon();
            case RenameStore(var wanted) -> wanted.equals(name) ? accept() : accept(new StoreRenamed(wanted));
            case ChangeAllowlist(var hosts) -> hosts.equals(allowlist) ? accept() : accept(new AllowlistChanged(hosts));
            case ChangeEgressTcp(var targets) ->
                targets.equals(egressTcp) ? accept() : accept(new EgressTcpChanged(targets));
            case SetSecret set -> new SecretRules(this).set(set);
            case RollBackSecret back -> new SecretRules(this).rollBack(back);
            case ChangeSecretHosts change -> new SecretRules(this).changeHosts(change);
            case ChangeSecretLocations change -> new SecretRules(this).changeLocations(change);
            case ChangeSecretRules change -> new SecretRules(this).changeRules(change);
            case ChangeDenials change -> changeDenials(change);
            case SwitchSecret change -> new SecretRules(this).switched(change);
            case SwitchVersion change -> new SecretRules(this).switched(change);
            case DestroyVersion destroy -> new SecretRules(this).destroy(destroy);
            case LimitVersions change -> new SecretRules(this).limit(change);
            case DeleteSecret delete -> new SecretRules(this).delete(delete);
            case DeleteStore() -> accept(new StoreDeleted());
            case RevokeStore() -> accept(new StoreRevoked());
            case BindSandbox(var sandbox) -> bound.contains(sandbox) ? accept() : accept(new SandboxBound(sandbox));
            case UnbindSandbox(var sandbox) -> bound.contains(sandbox) ? accept(new SandboxUnbound(sandbox)) : accept();
            case ConfirmShredded(var keys) -> shredded(keys);
        };
    }

    /** All of it at once: what is persisted together is there together. */
    private Decision<StoreEvent, StoreRefusal> create(CreateStore wanted) {
        if (stage != Stage.ABSENT) {
            return refuse(new StoreRefusal.AlreadyExists());
        }
        var events = new ArrayList<StoreEvent>();
        events.add(new StoreCreated(wanted.name(), wanted.allowlist()));
        if (!wanted.denials().equals(Denials.NONE)) {
            events.add(new DenialsChanged(wanted.denials()));
        }
        if (!wanted.egressTcp().isEmpty()) {
            events.add(new EgressTcpChanged(wanted.egressTcp()));
        }
        return accept(List.copyOf(events));
    }

    private Decision<StoreEvent, StoreRefusal> changeDenials(ChangeDenials change) {
        var wanted = new Denials(
                change.hosts().orElse(denials.hosts()), change.unusableTokens().orElse(denials.unusableTokens()));
        return wanted.equals(denials) ? accept() : accept(new DenialsChanged(wanted));
    }

    private Decision<StoreEvent, StoreRefusal> abandon() {
        return switch (stage) {
            case ABSENT -> accept(new StoreDeleted());
            case PRESENT -> refuse(new StoreRefusal.AlreadyExists());
            case DELETED -> accept();
        };
    }

    private Decision<StoreEvent, StoreRefusal> shredded(Set<KeyId> keys) {
        var open = keys.stream().filter(condemned::contains).collect(Collectors.toUnmodifiableSet());
        return open.isEmpty() ? accept() : accept(new KeysShredded(open));
    }

    public SecretStore apply(Recorded<StoreEvent> recorded) {
        var at = recorded.at();
        return switch (recorded.event()) {
            case StoreCreated(var created, var hosts) ->
                created(recorded.origin().organization(), created, hosts, at);
            case StoreRenamed(var wanted) -> described(wanted, allowlist, denials, limit, at);
            case AllowlistChanged(var hosts) -> described(name, hosts, denials, limit, at);
            case DenialsChanged(var wanted) -> described(name, allowlist, wanted, limit, at);
            case EgressTcpChanged(var targets) -> passing(targets, revision + 1, at);
            case VersionLimitChanged(var wanted) -> described(name, allowlist, denials, Optional.of(wanted), at);
            case SecretSet set -> holding(held().set(set.name(), set.entry(), made(set, recorded)), at);
            case SecretRolledBack back -> holding(held().rolledBack(back.name(), made(back, recorded)), at);
            case SecretHostsChanged(var secret, var version, var hosts) ->
                withVersion(secret, version, of -> of.at(hosts), at);
            case SecretLocationsChanged(var secret, var locations) ->
                holding(held().changed(secret, of -> of.revealedIn(locations, at)), at);
            case SecretRulesChanged(var secret, var rules) ->
                holding(held().changed(secret, of -> of.ruledBy(rules, at)), at);
            case SecretDisabled(var secret) -> holding(held().changed(secret, of -> of.switched(false, at)), at);
            case SecretEnabled(var secret) -> holding(held().changed(secret, of -> of.switched(true, at)), at);
            case VersionDisabled(var secret, var version) -> withVersion(secret, version, of -> of.switched(false), at);
            case VersionEnabled(var secret, var version) -> withVersion(secret, version, of -> of.switched(true), at);
            case VersionDestroyed(var secret, var version) ->
                withVersion(secret, version, SecretVersion::destroyed, at);
            case VersionsRetired(var secret, var upTo) -> holding(held().changed(secret, of -> of.retired(upTo)), at);
            case SecretDeleted(var deleted) -> holding(held().without(deleted), at);
            case StoreDeleted() -> gone(held().condemning(), at);
            case StoreRevoked() -> gone(held().none(), at).passing(List.of(), revision + 1, at);
            case SandboxBound(var sandbox) -> withBound(with(bound, sandbox));
            case SandboxUnbound(var sandbox) -> withBound(without(bound, sandbox));
            case KeysShredded(var keys) -> holding(held().shredded(keys), updatedAt);
        };
    }

    private static SecretVersion made(SecretSet set, Recorded<StoreEvent> recorded) {
        return SecretVersion.made(set.version(), set.value(), set.hosts(), Optional.empty(), recorded);
    }

    private static SecretVersion made(SecretRolledBack back, Recorded<StoreEvent> recorded) {
        return SecretVersion.made(back.version(), back.value(), back.hosts(), Optional.of(back.restored()), recorded);
    }

    private Secrets held() {
        return new Secrets(secrets, versions, condemned);
    }

    private SecretStore withVersion(SecretName secret, int version, UnaryOperator<SecretVersion> change, Instant at) {
        return holding(held().changed(secret, of -> of.changed(version, change, at)), at);
    }

    private SecretStore created(OrganizationId owner, StoreName created, List<HostPattern> hosts, Instant at) {
        return new SecretStore(
                Stage.PRESENT,
                owner,
                created,
                hosts,
                Denials.NONE,
                Optional.empty(),
                Map.of(),
                Map.of(),
                Set.of(),
                Set.of(),
                List.of(),
                1,
                at,
                at);
    }

    /**
     * Keeps allowlist and denials, so that sandboxes which outlive the store stay restricted (SEMANTICS 8.6).
     *
     * @param left what those sandboxes keep; its keys are destroyed all the same
     */
    private SecretStore gone(Secrets left, Instant at) {
        return next(Stage.DELETED, name, allowlist, denials, limit, left, bound, at);
    }

    private SecretStore described(
            StoreName wanted, List<HostPattern> hosts, Denials denied, Optional<VersionLimit> kept, Instant at) {
        return next(stage, wanted, hosts, denied, kept, held(), bound, at);
    }

    private SecretStore passing(List<TcpTarget> targets, long then, Instant at) {
        return new SecretStore(
                stage,
                organization,
                name,
                allowlist,
                denials,
                limit,
                secrets,
                versions,
                bound,
                condemned,
                targets,
                then,
                createdAt,
                at);
    }

    private SecretStore holding(Secrets after, Instant at) {
        return next(stage, name, allowlist, denials, limit, after, bound, at);
    }

    private SecretStore withBound(Set<SandboxId> after) {
        return next(stage, name, allowlist, denials, limit, held(), after, updatedAt);
    }

    private SecretStore next(
            Stage then,
            StoreName wanted,
            List<HostPattern> hosts,
            Denials denied,
            Optional<VersionLimit> kept,
            Secrets held,
            Set<SandboxId> sandboxes,
            Instant at) {
        return new SecretStore(
                then,
                organization,
                wanted,
                hosts,
                denied,
                kept,
                held.kept(),
                held.versions(),
                sandboxes,
                held.condemned(),
                egressTcp,
                revision + 1,
                createdAt,
                at);
    }

    /** Whether it is the version that sandboxes use, if they may use any. */
    public boolean isCurrent(SecretName secret, int version) {
        var present = secrets.get(secret);
        return present != null && present.version() == version;
    }

    /** What a bound sandbox may know. */
    public StoreView view(StoreId id) {
        var offers = new TreeMap<SecretName, Offer>();
        secrets.forEach((secret, of) -> offers.put(secret, Offer.of(of)));
        return new StoreView(id, name, revision, stage == Stage.DELETED, allowlist, denials, offers, egressTcp);
    }

    private static <T> Set<T> with(Set<T> set, T element) {
        var after = new HashSet<>(set);
        after.add(element);
        return Set.copyOf(after);
    }

    private static <T> Set<T> without(Set<T> set, T element) {
        var after = new HashSet<>(set);
        after.remove(element);
        return Set.copyOf(after);
    }
}
