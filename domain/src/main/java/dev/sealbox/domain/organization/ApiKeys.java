package dev.sealbox.domain.organization;

import dev.sealbox.domain.identity.OrganizationId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Port: whose API key is this? Thread-safe. */
public interface ApiKeys {

    /** A key's owner and its id, which is no secret. */
    record Holder(OrganizationId organization, String keyId) {}

    /** Empty for every key that is not valid now, without saying why. */
    CompletionStage<Optional<Holder>> authenticate(String key);

    /** Makes {@code key} valid for the organisation; a repeat is harmless. Only its hash is kept. */
    CompletionStage<Void> issue(OrganizationId organization, String name, String key);
}
