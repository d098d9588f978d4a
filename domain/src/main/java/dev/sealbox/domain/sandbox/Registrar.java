package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import java.util.concurrent.CompletionStage;

/** Port: where a host asks about the sandboxes that it holds. Thread-safe. */
public interface Registrar {

    /** What becomes of a container that {@code host} finds, or has just started. */
    CompletionStage<Claim> claim(HostId host, SandboxId sandbox);

    /** How a sandbox stands to {@code host}, which has something of it. */
    CompletionStage<Stay> stay(HostId host, SandboxId sandbox);

    /**
     * The sandbox, which {@code host} runs, was not used for {@code timeoutSeconds}. Whether it is to be hibernated; the
     * order to do so then comes by itself. Not so when its timeout is another one by now, or it is elsewhere.
     */
    CompletionStage<Boolean> idle(HostId host, SandboxId sandbox, int timeoutSeconds);

    /**
     * The sandbox, which {@code host} runs, should have another size, in MiB of memory; it decides, and the order then
     * comes by itself.
     */
    CompletionStage<Void> fit(HostId host, SandboxId sandbox, int memoryMB);

    /** Has the sandbox hibernated because {@code host} goes away, unless it is elsewhere; complete when it is. */
    CompletionStage<Void> hibernate(HostId host, SandboxId sandbox);
}
