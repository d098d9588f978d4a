package dev.sealbox.domain.forgetting;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import java.util.concurrent.CompletionStage;

/** Port: certificates of what the organisation of {@code origin} had destroyed. Thread-safe. */
public interface DestructionCertificates {

    /** Of everything that was destroyed in a store, which may be deleted. */
    CompletionStage<Outcome<Certificate>> of(Origin origin, StoreId store);

    /** Of the destroyed versions of one secret, which may be deleted, as its store may be. */
    CompletionStage<Outcome<Certificate>> of(Origin origin, StoreId store, SecretName name);
}
