package dev.sealbox.server.alone;

import dev.sealbox.domain.sealing.Encrypted;
import dev.sealbox.domain.sealing.Opening;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.domain.sealing.SealContext;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The values of the secrets file as it was read last. Thread-safe. */
final class HeldSecrets implements Opening {
    private volatile SecretsFile present;

    HeldSecrets(SecretsFile first) {
        present = first;
    }

    SecretsFile present() {
        return present;
    }

    void replace(SecretsFile next) {
        present = next;
    }

    @Override
    public CompletionStage<Plaintext> open(SealContext context, Encrypted value) {
        return CompletableFuture.completedFuture(
                Plaintext.owning(Objects.requireNonNull(present.values().get(value.key()), "no value")
                        .clone()));
    }
}
