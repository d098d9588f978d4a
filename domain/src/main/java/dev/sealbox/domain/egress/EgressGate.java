package dev.sealbox.domain.egress;

import dev.sealbox.domain.identity.SandboxId;
import java.util.concurrent.CompletionStage;

/**
 * Port: the egress proxy of this host. Nothing passes from an address that was never admitted. Thread-safe.
 */
public interface EgressGate {

    /**
     * Lets a sandbox out under {@code policy}, or replaces the policy that it has. When the stage completes the next
     * request is decided by the new one. An older revision than the present one is ignored. Fails, leaving the
     * present policy as it was, when a value cannot be decrypted.
     */
    CompletionStage<Void> admit(SandboxAddress address, EgressPolicy policy);

    /** Ends the sandbox's connections and forgets its values; its tokens mean nothing from now on. */
    CompletionStage<Void> expel(SandboxId sandbox);
}
