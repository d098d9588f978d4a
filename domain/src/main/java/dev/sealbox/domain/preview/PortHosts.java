package dev.sealbox.domain.preview;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import java.util.concurrent.CompletionStage;

/** Port: {@link SandboxPorts} of all hosts, wherever in the cluster they are. Thread-safe. */
@FunctionalInterface
public interface PortHosts {

    CompletionStage<Outcome<PortConnection>> connect(HostId host, SandboxId sandbox, PreviewPort port);
}
