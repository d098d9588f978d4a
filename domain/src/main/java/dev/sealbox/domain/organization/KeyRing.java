package dev.sealbox.domain.organization;

import static dev.sealbox.domain.Decision.accept;
import static dev.sealbox.domain.Decision.refuse;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.organization.OrganizationEvent.ApiKeyIssued;
import dev.sealbox.domain.organization.OrganizationEvent.ApiKeyRevoked;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The API keys of an organisation, and whether they are valid.
 *
 * @param byId every key that is usable, and the latest of those that have ended, in the order of issue
 */
public record KeyRing(Map<String, ApiKey> byId) {

    /** The largest number of keys of an organisation that are neither revoked nor expired. */
    public static final int MAX_USABLE = 500;

    /** How many revoked and expired keys stay listed; those that ended first are forgotten first. */
    public static final int MAX_ENDED = 100;

    public static final KeyRing EMPTY = new KeyRing(Map.of());

    /**
     * A key as its organisation remembers it.
     *
     * @param issuedBy the id of the key that asked for it; {@link Origin#SYSTEM} for a bootstrap key
     */
    public record ApiKey(
            KeyTerms terms, ApiKeyHash hash, Instant issuedAt, String issuedBy, Optional<Instant> revokedAt) {

        private boolean isExpired(Instant now) {
            return terms.expiresAt().filter(end -> !now.isBefore(end)).isPresent();
        }

        private boolean isUsable(Instant now) {
            return revokedAt.isEmpty() && !isExpired(now);
        }

        private Instant end() {
            return revokedAt.or(terms::expiresAt).orElse(Instant.MAX);
        }

        private KeyStanding standing(String id, Instant now) {
            if (revokedAt.isPresent()) {
                return new KeyStanding.Revoked();
            }
            return isExpired(now) ? new KeyStanding.Expired() : new KeyStanding.Valid(id, terms);
        }
    }

    KeyStanding standing(ApiKeyHash hash, Instant now) {
        var id = hash.keyId();
        var key = byId.get(id);
        return key != null && key.hash().equals(hash) ? key.standing(id, now) : new KeyStanding.Unknown();
    }

    /** A repeat is harmless and revives nothing: a revoked key stays revoked. */
    Decision<OrganizationEvent, OrganizationRefusal> issue(ApiKeyHash hash, KeyTerms terms, Instant now) {
        var known = byId.get(hash.keyId());
        if (known != null) {
            return known.hash().equals(hash) ? accept() : refuse(new OrganizationRefusal.ApiKeyIdTaken());
        }
        if (terms.expiresAt().filter(end -> !end.isAfter(now)).isPresent()) {
            return refuse(new OrganizationRefusal.ExpiresInThePast());
        }
        var usable = byId.values().stream().filter(key -> key.isUsable(now)).count();
        return usable < MAX_USABLE
                ? accept(new ApiKeyIssued(hash.keyId(), hash, terms))
                : refuse(new OrganizationRefusal.TooManyApiKeys(MAX_USABLE));
    }

    Decision<OrganizationEvent, OrganizationRefusal> revoke(String keyId, Instant now) {
        var key = byId.get(keyId);
        if (key == null) {
            return refuse(new OrganizationRefusal.NoSuchApiKey());
        }
        if (key.revokedAt().isPresent()) {
            return accept();
        }
        return isUsableAdmin(key, now) && isTheOnlyAdmin(keyId, now)
                ? refuse(new OrganizationRefusal.LastAdminKey())
                : accept(new ApiKeyRevoked(keyId));
    }

    private boolean isTheOnlyAdmin(String keyId, Instant now) {
        return byId.entrySet().stream()
                .noneMatch(other -> !other.getKey().equals(keyId) && isUsableAdmin(other.getValue(), now));
    }

    private static boolean isUsableAdmin(ApiKey key, Instant now) {
        return key.terms().role() == Role.ADMIN && key.isUsable(now);
    }

    KeyRing issued(String keyId, ApiKey key) {
        return changed(keys -> keys.put(keyId, key)).pruned(key.issuedAt());
    }

    KeyRing revoked(String keyId, Instant at) {
        return changed(keys -> keys.computeIfPresent(
                        keyId,
                        (id, key) ->
                                new ApiKey(key.terms(), key.hash(), key.issuedAt(), key.issuedBy(), Optional.of(at))))
                .pruned(at);
    }

    /** A bootstrap key is never forgotten: the configuration that names it would bring it back to life. */
    private KeyRing pruned(Instant now) {
        var ended = byId.entrySet().stream()
                .filter(key -> !key.getValue().isUsable(now)
                        && !key.getValue().issuedBy().equals(Origin.SYSTEM))
                .sorted(Comparator.comparing(key -> key.getValue().end()))
                .map(Map.Entry::getKey)
                .toList();
        return ended.size() <= MAX_ENDED
                ? this
                : changed(keys -> ended.subList(0, ended.size() - MAX_ENDED).forEach(keys::remove));
    }

    private KeyRing changed(Consumer<Map<String, ApiKey>> change) {
        var after = new LinkedHashMap<>(byId);
        change.accept(after);
        return new KeyRing(after);
    }
}
