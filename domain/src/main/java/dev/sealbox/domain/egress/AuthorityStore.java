package dev.sealbox.domain.egress;

import dev.sealbox.domain.identity.OrganizationId;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Port: keeps the key material of each organisation's certificate authority, encrypted under the master key. */
public interface AuthorityStore {

    /**
     * What is stored for the organisation; if nothing is, {@code fresh} is stored first. All nodes get the same
     * answer, whoever was first.
     */
    CompletionStage<byte[]> loadOrCreate(OrganizationId organization, Supplier<byte[]> fresh);
}
