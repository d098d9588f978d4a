package dev.sealbox.domain.store;

import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.KeyId;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a store holds: its secrets, the last version number of every name, and the data keys that must go. A key whose
 * value leaves the secrets, in whichever way, is condemned here and nowhere else.
 */
record Secrets(Map<SecretName, Secret> kept, Map<SecretName, Integer> versions, Set<KeyId> condemned) {

    /** With a further version, or a new name under {@code entry}. */
    Secrets set(SecretName name, UUID entry, SecretVersion version) {
        var next = secret(name).map(before -> before.with(version)).orElseGet(() -> Secret.first(entry, version));
        return counting(name, version).replaced(name, Optional.of(next));
    }

    Secrets rolledBack(SecretName name, SecretVersion version) {
        return counting(name, version).changed(name, before -> before.with(version));
    }

    private Secrets counting(SecretName name, SecretVersion version) {
        var counted = new TreeMap<>(versions);
        counted.put(name, version.number());
        return new Secrets(kept, counted, condemned);
    }

    Secrets changed(SecretName name, UnaryOperator<Secret> change) {
        return replaced(name, secret(name).map(change));
    }

    Secrets without(SecretName name) {
        return replaced(name, Optional.empty());
    }

    Secrets none() {
        return new Secrets(Map.of(), versions, condemning().condemned());
    }

    /** The same, with every key condemned: who has opened a value has it, and nobody opens it any more. */
    Secrets condemning() {
        var keys = kept.values().stream().flatMap(Secret::keys);
        return new Secrets(
                kept, versions, Stream.concat(condemned.stream(), keys).collect(Collectors.toUnmodifiableSet()));
    }

    /**
     * Without keys that are destroyed. A version whose key was destroyed without having been condemned here is gone, too:
     * it was replaced at a time when only the current version was kept.
     */
    Secrets shredded(Set<KeyId> keys) {
        var open = new HashSet<>(condemned);
        if (open.containsAll(keys)) {
            open.removeAll(keys);
            return new Secrets(kept, versions, Set.copyOf(open));
        }
        open.removeAll(keys);
        var after = new TreeMap<SecretName, Secret>();
        kept.forEach((name, secret) -> after.put(name, secret.shredded(keys)));
        return new Secrets(after, versions, Set.copyOf(open));
    }

    private Optional<Secret> secret(SecretName name) {
        return Optional.ofNullable(kept.get(name));
    }

    private Secrets replaced(SecretName name, Optional<Secret> next) {
        var doomed = new HashSet<KeyId>();
        secret(name).ifPresent(before -> before.keys().forEach(doomed::add));
        next.ifPresent(secret -> secret.keys().forEach(doomed::remove));
        var after = new TreeMap<>(kept);
        after.remove(name);
        next.ifPresent(secret -> after.put(name, secret));
        doomed.addAll(condemned);
        return new Secrets(after, versions, Set.copyOf(doomed));
    }
}
