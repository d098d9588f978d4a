package dev.sealbox.domain.preview;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.SandboxId;
import java.util.concurrent.CompletionStage;

/**
 * Port: connections to ports in this host's sandboxes, made from inside, so that what a program offers to its own machine
 * only is reached as well. Thread-safe. A stage fails with {@code SandboxMissing} when the sandbox does not run here.
 */
@FunctionalInterface
public interface SandboxPorts {

    CompletionStage<Outcome<PortConnection>> connect(SandboxId sandbox, PreviewPort port);
}
