package dev.sealbox.domain.sealing;

import java.util.concurrent.CompletionStage;

/** Port: how an encrypted value is read, and nothing else of a {@link Vault}. Thread-safe. */
@FunctionalInterface
public interface Opening {

    /** Decrypts; the caller closes the result. Fails when the data key was destroyed or the context differs. */
    CompletionStage<Plaintext> open(SealContext context, Encrypted value);
}
