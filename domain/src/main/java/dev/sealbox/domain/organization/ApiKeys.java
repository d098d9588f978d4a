package dev.sealbox.domain.organization;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.StoreName;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: whose API key is this, and which keys does an organisation have? Thread-safe. */
public interface ApiKeys {

    /** Whom a key stands for, or why for nobody. */
    sealed interface Authenticated {}

    /**
     * Whom a valid key stands for.
     *
     * @param keyId no secret
     * @param stores as in {@link KeyTerms}
     */
    record Holder(OrganizationId organization, String keyId, Role role, List<StoreName> stores)
            implements Authenticated {}

    /** Why a key stands for nobody. Counted, and never told to whoever presents it. */
    enum Rejected implements Authenticated {
        UNKNOWN,
        EXPIRED,
        REVOKED
    }

    /** Decided anew at every call; an unknown, an expired and a revoked key take the same steps. */
    CompletionStage<Authenticated> authenticate(String key);

    /**
     * Makes a key that the configuration names valid for the organisation, as an administrator's; a repeat is harmless,
     * and a key that was revoked stays revoked. Only its hash is kept.
     */
    CompletionStage<Void> issue(OrganizationId organization, String name, String key);

    /** Makes a new key in the asker's organisation. */
    CompletionStage<Outcome<IssuedKey>> issue(Origin origin, KeyTerms terms);

    /** All of the asker's organisation, oldest first; of revoked and expired ones the latest. */
    CompletionStage<List<ApiKeyView>> list(Origin origin);

    /** From then on the key is refused on every node. Succeeds when it was revoked before. */
    CompletionStage<Outcome<Unit>> revoke(Origin origin, String keyId);
}
