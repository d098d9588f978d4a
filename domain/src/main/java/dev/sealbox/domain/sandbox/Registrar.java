package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import java.util.concurrent.CompletionStage;

/** Port: where a host asks about the sandboxes that it holds. Thread-safe. */
public interface Registrar {

    /** What becomes of a container that {@code host} finds. */
    CompletionStage<Claim> claim(HostId host, SandboxId sandbox);

    /** Whether a sandbox is known to be elsewhere than at {@code host}, or to be over; not so of one that nobody knows. */
    CompletionStage<Boolean> hasLeft(HostId host, SandboxId sandbox);

    /**
     * The sandbox was not used for {@code timeoutSeconds}. Whether it is to be hibernated; the order to do so then comes
     * by itself. Not so when its timeout is another one by now.
     */
    CompletionStage<Boolean> idle(SandboxId sandbox, int timeoutSeconds);

    /** The sandbox should have another size, in MiB of memory; it decides, and the order then comes by itself. */
    CompletionStage<Void> fit(SandboxId sandbox, int memoryMB);

    /** Has the sandbox hibernated because its host goes away; complete when it is. */
    CompletionStage<Void> hibernate(SandboxId sandbox);
}
