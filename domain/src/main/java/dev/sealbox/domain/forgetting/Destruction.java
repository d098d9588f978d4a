package dev.sealbox.domain.forgetting;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.KeyId;
import dev.sealbox.domain.store.SecretStore;
import dev.sealbox.domain.store.SecretStore.Stage;
import dev.sealbox.domain.store.StoreEvent;
import dev.sealbox.domain.store.StoreEvent.KeysShredded;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Everything of a store that was ever destroyed, read from its history by the same replay that runs in production: a
 * version is destroyed from the event on that condemns its data key, or that tells of the key's destruction where none
 * condemned it, as in journals of the time before versions.
 *
 * @param store as it is after the last event
 * @param deleted who deleted the store
 * @param versions in the order of their destruction; those of one event by name and number
 */
public record Destruction(SecretStore store, Optional<Deed> deleted, List<Version> versions) {
    public Destruction {
        versions = List.copyOf(versions);
    }

    /** Who did something, and when. */
    public record Deed(Origin by, Instant at) {}

    /**
     * One destroyed version of a secret.
     *
     * @param condemned who had it destroyed
     * @param shredded when its data key was known to be destroyed; empty as long as it is not
     */
    public record Version(SecretName name, int version, KeyId key, Deed condemned, Optional<Instant> shredded) {}

    private record Label(SecretName name, int version) {}

    private static final Comparator<Version> IN_ORDER =
            Comparator.comparing((Version version) -> version.name().value()).thenComparingInt(Version::version);

    public static Destruction of(Iterable<Recorded<StoreEvent>> history) {
        var labels = new HashMap<KeyId, Label>();
        var versions = new LinkedHashMap<KeyId, Version>();
        var store = SecretStore.ABSENT;
        var deleted = Optional.<Deed>empty();
        for (var recorded : history) {
            var after = store.apply(recorded);
            var deed = new Deed(recorded.origin(), recorded.at());
            label(after, labels);
            var gone = shredded(recorded.event());
            var condemned = new HashSet<>(after.condemned());
            condemned.removeAll(store.condemned());
            condemned.addAll(gone);
            condemn(versions, condemned, labels, deed);
            gone.forEach(key -> shred(versions, key, deed.at()));
            deleted = store.stage() != Stage.DELETED && after.stage() == Stage.DELETED ? Optional.of(deed) : deleted;
            store = after;
        }
        return new Destruction(store, deleted, List.copyOf(versions.values()));
    }

    private static void label(SecretStore store, Map<KeyId, Label> labels) {
        store.secrets()
                .forEach((name, secret) -> secret.versions()
                        .forEach(version -> version.value()
                                .ifPresent(
                                        value -> labels.putIfAbsent(value.key(), new Label(name, version.number())))));
    }

    private static Set<KeyId> shredded(StoreEvent event) {
        return event instanceof KeysShredded(var keys) ? keys : Set.of();
    }

    /** Keys without a label never got into the store. */
    private static void condemn(Map<KeyId, Version> versions, Set<KeyId> keys, Map<KeyId, Label> labels, Deed deed) {
        keys.stream()
                .flatMap(key -> Optional.ofNullable(labels.get(key))
                        .map(label -> new Version(label.name(), label.version(), key, deed, Optional.empty()))
                        .stream())
                .sorted(IN_ORDER)
                .forEach(version -> versions.putIfAbsent(version.key(), version));
    }

    private static void shred(Map<KeyId, Version> versions, KeyId key, Instant at) {
        versions.computeIfPresent(
                key, (id, known) -> new Version(known.name(), known.version(), id, known.condemned(), Optional.of(at)));
    }

    /** Whether {@code asking} may know of the store, also when it is deleted. */
    public boolean isVisibleTo(OrganizationId asking) {
        return store.stage() != Stage.ABSENT && store.organization().equals(asking);
    }

    /** Only what was destroyed of one secret. */
    public Destruction of(SecretName name) {
        return new Destruction(
                store,
                deleted,
                versions.stream().filter(version -> version.name().equals(name)).toList());
    }

    public Set<KeyId> keys() {
        return versions.stream().map(Version::key).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether every data key is known to be destroyed. */
    public boolean isComplete() {
        return versions.stream().allMatch(version -> version.shredded().isPresent());
    }

    /** The moment since which all of it is gone; empty when nothing was destroyed. */
    public Optional<Instant> finished() {
        return latest(versions.stream()
                        .flatMap(version -> version.shredded().stream())
                        .toList())
                .or(() -> deleted.map(Deed::at));
    }

    private static Optional<Instant> latest(Collection<Instant> times) {
        return times.stream().max(Instant::compareTo);
    }
}
