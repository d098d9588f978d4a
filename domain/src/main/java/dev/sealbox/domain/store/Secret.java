package dev.sealbox.domain.store;

import dev.sealbox.domain.egress.HostPattern;
import dev.sealbox.domain.egress.Locations;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.KeyId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A name in a store with the versions that are kept of it. The newest is the current one.
 *
 * @param entry stays the same as long as the name is not deleted
 * @param enabled whether sandboxes may use it at all
 * @param locations where in a request sandboxes may use it, whichever version is current
 * @param rules in which requests sandboxes may use it, whichever version is current
 * @param versions oldest first, never empty
 */
public record Secret(
        UUID entry,
        boolean enabled,
        Locations locations,
        List<UseRule> rules,
        List<SecretVersion> versions,
        Instant createdAt,
        Instant updatedAt) {
    public Secret {
        rules = List.copyOf(rules);
        versions = List.copyOf(versions);
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("a secret without a version");
        }
    }

    static Secret first(UUID entry, SecretVersion version) {
        return new Secret(
                entry, true, Locations.ALL, List.of(), List.of(version), version.createdAt(), version.createdAt());
    }

    public SecretVersion current() {
        return versions.getLast();
    }

    /** The number of the current version. */
    public int version() {
        return current().number();
    }

    /** Where the current version may be revealed. */
    public List<HostPattern> hosts() {
        return current().hosts();
    }

    /** The kept version of that number. */
    public Optional<SecretVersion> version(int number) {
        return versions.stream().filter(version -> version.number() == number).findFirst();
    }

    /** What sandboxes use; empty while the secret or its current version is disabled, or that version is destroyed. */
    public Optional<Encrypted> usable() {
        return enabled && current().enabled() ? current().value() : Optional.empty();
    }

    /** The data keys of all values that are kept. */
    public Stream<KeyId> keys() {
        return versions.stream().flatMap(version -> version.value().stream()).map(Encrypted::key);
    }

    /** The last version that must go so that, with {@code more} new ones, the limit holds; empty when none must. */
    Optional<Integer> surplus(VersionLimit limit, int more) {
        var surplus = versions.size() + more - limit.versions();
        return surplus > 0 ? Optional.of(versions.get(surplus - 1).number()) : Optional.empty();
    }

    Secret with(SecretVersion next) {
        var after = new ArrayList<>(versions);
        after.add(next);
        return new Secret(entry, enabled, locations, rules, after, createdAt, next.createdAt());
    }

    Secret switched(boolean on, Instant at) {
        return new Secret(entry, on, locations, rules, versions, createdAt, at);
    }

    Secret revealedIn(Locations others, Instant at) {
        return new Secret(entry, enabled, others, rules, versions, createdAt, at);
    }

    Secret ruledBy(List<UseRule> others, Instant at) {
        return new Secret(entry, enabled, locations, others, versions, createdAt, at);
    }

    Secret changed(int number, UnaryOperator<SecretVersion> change, Instant at) {
        var after = versions.stream()
                .map(version -> version.number() == number ? change.apply(version) : version)
                .toList();
        return new Secret(entry, enabled, locations, rules, after, createdAt, at);
    }

    /** Without the versions up to and including that number. */
    Secret retired(int upTo) {
        return keeping(version -> version.number() > upTo);
    }

    /** Without the versions whose values nobody can open any more. */
    Secret shredded(Set<KeyId> keys) {
        return keeping(version ->
                version.value().map(Encrypted::key).filter(keys::contains).isEmpty());
    }

    private Secret keeping(Predicate<SecretVersion> kept) {
        return new Secret(
                entry, enabled, locations, rules, versions.stream().filter(kept).toList(), createdAt, updatedAt);
    }
}
