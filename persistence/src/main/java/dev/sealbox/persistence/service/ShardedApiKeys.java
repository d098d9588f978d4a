package dev.sealbox.persistence.service;

import akka.actor.typed.ActorSystem;
import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
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
import dev.sealbox.domain.organization.Organizations;
import dev.sealbox.persistence.database.Database;
import dev.sealbox.persistence.entity.Entities;
import dev.sealbox.persistence.entity.OrganizationMessage;
import dev.sealbox.persistence.entity.OrganizationMessage.KeyFound;
import dev.sealbox.persistence.entity.OrganizationReply;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * API keys by their hashes. A table says which organisation to ask; whether the key is valid is decided by that
 * organisation at every request, so a revoked key is refused at once on every node.
 */
public final class ShardedApiKeys implements ApiKeys, Organizations {
    private static final int KEY_BYTES = 32;

    /** Asked about keys that are nobody's, so that they take the steps of all others. */
    private static final OrganizationId NOBODY = new OrganizationId("none");

    private final Entities entities;
    private final KeyOwners owners;
    private final LastUses uses;
    private final RandomGenerator random;

    private ShardedApiKeys(Entities entities, KeyOwners owners, LastUses uses, RandomGenerator random) {
        this.entities = entities;
        this.owners = owners;
        this.uses = uses;
        this.random = random;
    }

    /** {@code random} draws keys, so it must be cryptographically strong. */
    public static ShardedApiKeys start(
            ActorSystem<?> system, Entities entities, Database database, RandomGenerator random, Clock clock) {
        return new ShardedApiKeys(entities, new KeyOwners(database), LastUses.start(system, database, clock), random);
    }

    @Override
    public CompletionStage<Authenticated> authenticate(String key) {
        var hash = ApiKeyHash.of(key);
        return owners.of(hash).thenCompose(owner -> {
            var organization = owner.orElse(NOBODY);
            return entities.<KeyFound>organization(
                            organization, replyTo -> new OrganizationMessage.FindKey(hash, replyTo))
                    .thenApply(found -> judged(organization, hash, found.standing()));
        });
    }

    private Authenticated judged(OrganizationId organization, ApiKeyHash hash, KeyStanding standing) {
        if (standing instanceof KeyStanding.Valid(var keyId, var terms)) {
            owners.remember(hash, organization);
            uses.used(hash);
            return new Holder(organization, keyId, terms.role(), terms.stores());
        }
        owners.forget(hash);
        return switch (standing) {
            case KeyStanding.Expired expired -> Rejected.EXPIRED;
            case KeyStanding.Revoked revoked -> Rejected.REVOKED;
            default -> Rejected.UNKNOWN;
        };
    }

    @Override
    public CompletionStage<Void> issue(OrganizationId organization, String name, String key) {
        var hash = ApiKeyHash.of(key);
        return owners.claim(organization, hash)
                .thenCompose(own -> own
                        ? tell(Origin.system(organization), new IssueApiKey(hash, KeyTerms.admin(name)))
                        : CompletableFuture.failedFuture(
                                new IllegalStateException("the API key belongs to another organisation")))
                .thenCompose(outcome -> outcome instanceof Outcome.Refused<Organization>(var reason)
                        ? CompletableFuture.failedFuture(new IllegalStateException(reason.message()))
                        : Futures.nothing());
    }

    @Override
    public CompletionStage<Outcome<IssuedKey>> issue(Origin origin, KeyTerms terms) {
        var key = random();
        var hash = ApiKeyHash.of(key);
        return claimed(origin, hash, key, new IssueApiKey(hash, terms));
    }

    @Override
    public CompletionStage<Outcome<IssuedKey>> create(Origin origin) {
        var key = random();
        var hash = ApiKeyHash.of(key);
        return claimed(origin, hash, key, new CreateOrganization(hash, KeyTerms.admin("first")));
    }

    private CompletionStage<Outcome<IssuedKey>> claimed(
            Origin origin, ApiKeyHash hash, String key, OrganizationCommand command) {
        return owners.claim(origin.organization(), hash)
                .thenCompose(own -> tell(origin, command))
                .thenCompose(outcome -> outcome instanceof Outcome.Refused
                        ? owners.release(hash).thenApply(released -> outcome)
                        : Futures.now(outcome))
                .thenApply(outcome -> outcome.map(after -> new IssuedKey(view(after, hash), key)));
    }

    private static ApiKeyView view(Organization organization, ApiKeyHash hash) {
        var id = hash.keyId();
        var key = Optional.ofNullable(organization.keys().byId().get(id)).orElseThrow();
        return new ApiKeyView(id, key, Optional.empty());
    }

    /** 256 random bits in characters that survive a URL query unescaped. */
    private String random() {
        var bits = new byte[KEY_BYTES];
        random.nextBytes(bits);
        return "osb_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    @Override
    public CompletionStage<List<ApiKeyView>> list(Origin origin) {
        var organization = origin.organization();
        return uses.of(organization)
                .thenCombine(
                        entities.<OrganizationReply>organization(organization, OrganizationMessage.Read::new),
                        (used, reply) -> outcome(reply) instanceof Outcome.Done<Organization>(var known)
                                ? known.keys().byId().entrySet().stream()
                                        .map(entry -> new ApiKeyView(
                                                entry.getKey(),
                                                entry.getValue(),
                                                Optional.ofNullable(used.get(
                                                        entry.getValue().hash()))))
                                        .toList()
                                : List.of());
    }

    @Override
    public CompletionStage<Outcome<Unit>> revoke(Origin origin, String keyId) {
        return tell(origin, new RevokeApiKey(keyId)).thenApply(outcome -> outcome.map(after -> Unit.DONE));
    }

    private CompletionStage<Outcome<Organization>> tell(Origin origin, OrganizationCommand command) {
        return entities.<OrganizationReply>organization(
                        origin.organization(), replyTo -> new OrganizationMessage.Execute(origin, command, replyTo))
                .thenApply(ShardedApiKeys::outcome);
    }

    private static Outcome<Organization> outcome(OrganizationReply reply) {
        return switch (reply) {
            case OrganizationReply.Done(var organization) -> Outcome.done(organization);
            case OrganizationReply.Refused(var reason) -> Outcome.refused(reason);
        };
    }

    @Override
    public CompletionStage<List<Summary>> list() {
        return owners.organizations();
    }
}
