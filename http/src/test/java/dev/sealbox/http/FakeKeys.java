package dev.sealbox.http;

import dev.sealbox.domain.Decision;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.Recorded;
import dev.sealbox.domain.identity.StoreName;
import dev.sealbox.domain.organization.ApiKeyHash;
import dev.sealbox.domain.organization.ApiKeyView;
import dev.sealbox.domain.organization.ApiKeys;
import dev.sealbox.domain.organization.IssuedKey;
import dev.sealbox.domain.organization.KeyStanding;
import dev.sealbox.domain.organization.KeyTerms;
import dev.sealbox.domain.organization.Organization;
import dev.sealbox.domain.organization.OrganizationCommand;
import dev.sealbox.domain.organization.OrganizationCommand.CreateOrganization;
import dev.sealbox.domain.organization.OrganizationCommand.IssueApiKey;
import dev.sealbox.domain.organization.OrganizationCommand.RevokeApiKey;
import dev.sealbox.domain.organization.OrganizationEvent;
import dev.sealbox.domain.organization.OrganizationRefusal;
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.domain.organization.Role;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** API keys in memory: the real rules without a journal. Keys that a test names keep its name as their id. */
final class FakeKeys implements ApiKeys, Organizations {
    private final Map<String, Holder> named = new ConcurrentHashMap<>();
    private final Map<OrganizationId, Organization> organizations =
            new TreeMap<>((a, b) -> a.value().compareTo(b.value()));

    /** Moves on when a test says so. */
    volatile Instant now = Instant.now();

    /** A key with a role, whose id is {@code id}. */
    synchronized void grant(String key, String organization, String id, Role role, String... stores) {
        var names = List.of(stores).stream().map(StoreName::new).toList();
        named.put(key, new Holder(new OrganizationId(organization), id, role, names));
    }

    /** Takes back what {@link #grant} gave. */
    synchronized void withdraw(String key) {
        named.remove(key);
    }

    @Override
    public synchronized CompletionStage<Authenticated> authenticate(String key) {
        var known = named.get(key);
        return CompletableFuture.completedFuture(known == null ? judged(ApiKeyHash.of(key)) : known);
    }

    private Authenticated judged(ApiKeyHash hash) {
        Authenticated found = Rejected.UNKNOWN;
        for (var organization : organizations.entrySet()) {
            switch (organization.getValue().standing(hash, now)) {
                case KeyStanding.Valid(var id, var terms) -> {
                    return new Holder(organization.getKey(), id, terms.role(), terms.stores());
                }
                case KeyStanding.Expired expired -> found = Rejected.EXPIRED;
                case KeyStanding.Revoked revoked -> found = Rejected.REVOKED;
                case KeyStanding.Unknown unknown -> {}
            }
        }
        return found;
    }

    @Override
    public synchronized CompletionStage<Void> issue(OrganizationId organization, String name, String key) {
        tell(Origin.system(organization), new IssueApiKey(ApiKeyHash.of(key), KeyTerms.admin(name)));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Outcome<IssuedKey>> issue(Origin origin, KeyTerms terms) {
        var key = "osb_" + UUID.randomUUID();
        return issued(key, tell(origin, new IssueApiKey(ApiKeyHash.of(key), terms)));
    }

    @Override
    public synchronized CompletionStage<Outcome<IssuedKey>> create(Origin origin) {
        var key = "osb_" + UUID.randomUUID();
        return issued(key, tell(origin, new CreateOrganization(ApiKeyHash.of(key), KeyTerms.admin("first"))));
    }

    private static CompletionStage<Outcome<IssuedKey>> issued(String key, Outcome<Organization> outcome) {
        var id = ApiKeyHash.of(key).keyId();
        return CompletableFuture.completedFuture(outcome.map(after -> new IssuedKey(
                new ApiKeyView(
                        id, Optional.ofNullable(after.keys().byId().get(id)).orElseThrow(), Optional.empty()),
                key)));
    }

    @Override
    public synchronized CompletionStage<List<ApiKeyView>> list(Origin origin) {
        return CompletableFuture.completedFuture(of(origin.organization()).keys().byId().entrySet().stream()
                .map(entry -> new ApiKeyView(entry.getKey(), entry.getValue(), Optional.empty()))
                .toList());
    }

    @Override
    public synchronized CompletionStage<Outcome<Unit>> revoke(Origin origin, String keyId) {
        return CompletableFuture.completedFuture(
                tell(origin, new RevokeApiKey(keyId)).map(after -> Unit.DONE));
    }

    @Override
    public synchronized CompletionStage<List<Summary>> list() {
        return CompletableFuture.completedFuture(organizations.keySet().stream()
                .map(id -> new Summary(id, Instant.EPOCH))
                .toList());
    }

    private Organization of(OrganizationId id) {
        return organizations.getOrDefault(id, Organization.EMPTY);
    }

    private Outcome<Organization> tell(Origin origin, OrganizationCommand command) {
        var organization = of(origin.organization());
        return switch (organization.decide(command, now)) {
            case Decision.Accepted<OrganizationEvent, OrganizationRefusal>(var events) -> {
                for (var event : events) {
                    organization = organization.apply(new Recorded<>(event, origin, now));
                }
                organizations.put(origin.organization(), organization);
                yield Outcome.done(organization);
            }
            case Decision.Refused<OrganizationEvent, OrganizationRefusal>(var reason) -> Outcome.refused(reason);
        };
    }
}
