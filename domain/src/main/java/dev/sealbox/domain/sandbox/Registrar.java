package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Port: where a host that comes back asks about the containers that it finds. Thread-safe. */
public interface Registrar {

    /**
     * The policy of a sandbox that belongs on {@code host}; empty when it does not (any more), so that its container
     * must be ended.
     */
    CompletionStage<Optional<EgressPolicy>> claim(HostId host, SandboxId sandbox);
}
