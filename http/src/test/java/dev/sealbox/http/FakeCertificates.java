package dev.sealbox.http;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.forgetting.Certificate;
import dev.sealbox.domain.forgetting.DestructionCertificates;
import dev.sealbox.domain.forgetting.ForgettingRefusal;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.identity.StoreId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Certificates that say what they were asked for. */
final class FakeCertificates implements DestructionCertificates {
    volatile Optional<Refusal> refusal = Optional.empty();

    @Override
    public CompletionStage<Outcome<Certificate>> of(Origin origin, StoreId store) {
        return answer(origin, store.toString());
    }

    @Override
    public CompletionStage<Outcome<Certificate>> of(Origin origin, StoreId store, SecretName name) {
        return answer(origin, store + " " + name);
    }

    /** Every store is one of acme's. */
    private CompletionStage<Outcome<Certificate>> answer(Origin origin, String of) {
        if (!origin.organization().value().equals("acme")) {
            return CompletableFuture.completedFuture(Outcome.refused(new ForgettingRefusal.NothingDestroyed()));
        }
        var asked = origin.organization() + " " + of;
        return CompletableFuture.completedFuture(refusal.<Outcome<Certificate>>map(Outcome::refused)
                .orElseGet(() -> Outcome.done(new Certificate("{\"asked\":\"" + asked + "\"}", "AAAA", "PEM"))));
    }
}
