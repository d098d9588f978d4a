package dev.sealbox.domain.store;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.store.StoreCommand.ChangeSecretHosts;
import dev.sealbox.domain.store.StoreCommand.ChangeSecretLocations;
import dev.sealbox.domain.store.StoreCommand.ChangeSecretRules;
import dev.sealbox.domain.store.StoreCommand.DeleteSecret;
import dev.sealbox.domain.store.StoreCommand.DestroyVersion;
import dev.sealbox.domain.store.StoreCommand.LimitVersions;
import dev.sealbox.domain.store.StoreCommand.RollBackSecret;
import dev.sealbox.domain.store.StoreCommand.SetSecret;
import dev.sealbox.domain.store.StoreCommand.SwitchSecret;
import dev.sealbox.domain.store.StoreCommand.SwitchVersion;
import dev.sealbox.domain.store.StoreEvent.SecretDeleted;
import dev.sealbox.domain.store.StoreEvent.SecretDisabled;
import dev.sealbox.domain.store.StoreEvent.SecretEnabled;
import dev.sealbox.domain.store.StoreEvent.SecretHostsChanged;
import dev.sealbox.domain.store.StoreEvent.SecretLocationsChanged;
import dev.sealbox.domain.store.StoreEvent.SecretRolledBack;
import dev.sealbox.domain.store.StoreEvent.SecretRulesChanged;
import dev.sealbox.domain.store.StoreEvent.SecretSet;
import dev.sealbox.domain.store.StoreEvent.VersionDestroyed;
import dev.sealbox.domain.store.StoreEvent.VersionDisabled;
import dev.sealbox.domain.store.StoreEvent.VersionEnabled;
import dev.sealbox.domain.store.StoreEvent.VersionLimitChanged;
import dev.sealbox.domain.store.StoreEvent.VersionsRetired;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What may happen to a store's secrets and to their versions. */
record SecretRules(SecretStore store) {

    Decision<StoreEvent, StoreRefusal> set(SetSecret set) {
        return ifCurrent(set.name(), set.cas(), () -> {
            var present = secret(set.name());
            if (present.isEmpty() && store.secrets().size() >= SecretStore.MAX_SECRETS) {
                return refuse(new StoreRefusal.TooManySecrets(SecretStore.MAX_SECRETS));
            }
            var entry = present.map(Secret::entry).orElse(set.entry());
            return made(
                    new SecretSet(set.name(), entry, next(set.name()), set.value(), set.hosts()),
                    set.name(),
                    set.usual());
        });
    }

    Decision<StoreEvent, StoreRefusal> rollBack(RollBackSecret back) {
        return existing(
                back.name(),
                secret -> ifCurrent(
                        back.name(),
                        back.cas(),
                        () -> version(back.name(), secret, back.version(), version -> rollBack(back, version))));
    }

    private Decision<StoreEvent, StoreRefusal> rollBack(RollBackSecret back, SecretVersion to) {
        return to.refusal(back.name())
                .<Decision<StoreEvent, StoreRefusal>>map(Decision::refuse)
                .orElseGet(() -> made(
                        new SecretRolledBack(back.name(), next(back.name()), to.number(), back.value(), to.hosts()),
                        back.name(),
                        back.usual()));
    }

    Decision<StoreEvent, StoreRefusal> changeHosts(ChangeSecretHosts change) {
        return existing(
                change.name(),
                secret -> ifCurrent(
                        change.name(),
                        change.cas(),
                        () -> change.hosts().equals(secret.hosts())
                                ? accept()
                                : accept(new SecretHostsChanged(change.name(), secret.version(), change.hosts()))));
    }

    Decision<StoreEvent, StoreRefusal> changeLocations(ChangeSecretLocations change) {
        return existing(
                change.name(),
                secret -> change.locations().equals(secret.locations())
                        ? accept()
                        : accept(new SecretLocationsChanged(change.name(), change.locations())));
    }

    Decision<StoreEvent, StoreRefusal> changeRules(ChangeSecretRules change) {
        return existing(
                change.name(),
                secret -> change.rules().equals(secret.rules())
                        ? accept()
                        : accept(new SecretRulesChanged(change.name(), change.rules())));
    }

    Decision<StoreEvent, StoreRefusal> delete(DeleteSecret delete) {
        return existing(delete.name(), secret -> accept(new SecretDeleted(delete.name())));
    }

    Decision<StoreEvent, StoreRefusal> switched(SwitchSecret change) {
        return existing(change.name(), secret -> {
            if (secret.enabled() == change.enabled()) {
                return accept();
            }
            return accept(change.enabled() ? new SecretEnabled(change.name()) : new SecretDisabled(change.name()));
        });
    }

    Decision<StoreEvent, StoreRefusal> switched(SwitchVersion change) {
        var name = change.name();
        return existing(
                name,
                secret -> version(name, secret, change.version(), version -> {
                    if (version.state() == SecretVersion.State.DESTROYED) {
                        return refuse(new StoreRefusal.VersionDestroyed(name, version.number()));
                    }
                    if (version.enabled() == change.enabled()) {
                        return accept();
                    }
                    return accept(
                            change.enabled()
                                    ? new VersionEnabled(name, version.number())
                                    : new VersionDisabled(name, version.number()));
                }));
    }

    Decision<StoreEvent, StoreRefusal> destroy(DestroyVersion destroy) {
        return existing(
                destroy.name(),
                secret -> version(
                        destroy.name(),
                        secret,
                        destroy.version(),
                        version -> version.state() == SecretVersion.State.DESTROYED
                                ? accept()
                                : accept(new VersionDestroyed(destroy.name(), version.number()))));
    }

    /** Retires at once what is beyond the new limit. */
    Decision<StoreEvent, StoreRefusal> limit(LimitVersions change) {
        var events = new ArrayList<StoreEvent>();
        if (!store.limit().equals(Optional.of(change.limit()))) {
            events.add(new VersionLimitChanged(change.limit()));
        }
        store.secrets()
                .forEach((name, secret) -> secret.surplus(change.limit(), 0)
                        .ifPresent(upTo -> events.add(new VersionsRetired(name, upTo))));
        return accept(events);
    }

    /** A new version, which may push the oldest ones out. */
    private Decision<StoreEvent, StoreRefusal> made(StoreEvent made, SecretName name, VersionLimit usual) {
        var limit = store.limit().orElse(usual);
        return secret(name)
                .flatMap(secret -> secret.surplus(limit, 1))
                .<Decision<StoreEvent, StoreRefusal>>map(upTo -> accept(made, new VersionsRetired(name, upTo)))
                .orElseGet(() -> accept(made));
    }

    private int next(SecretName name) {
        return store.versions().getOrDefault(name, 0) + 1;
    }

    private Optional<Secret> secret(SecretName name) {
        return Optional.ofNullable(store.secrets().get(name));
    }

    private Decision<StoreEvent, StoreRefusal> existing(
            SecretName name, Function<Secret, Decision<StoreEvent, StoreRefusal>> decide) {
        return secret(name).map(decide).orElseGet(() -> refuse(new StoreRefusal.NoSuchSecret(name)));
    }

    private static Decision<StoreEvent, StoreRefusal> version(
            SecretName name,
            Secret secret,
            int number,
            Function<SecretVersion, Decision<StoreEvent, StoreRefusal>> decide) {
        return secret.version(number).map(decide).orElseGet(() -> refuse(new StoreRefusal.NoSuchVersion(name, number)));
    }

    private Decision<StoreEvent, StoreRefusal> ifCurrent(
            SecretName name, Optional<Integer> cas, Supplier<Decision<StoreEvent, StoreRefusal>> decide) {
        var current = secret(name).map(Secret::version).orElse(0);
        return cas.filter(expected -> expected != current.intValue())
                .<Decision<StoreEvent, StoreRefusal>>map(
                        expected -> refuse(new StoreRefusal.VersionMismatch(name, expected, current)))
                .orElseGet(decide);
    }
}
