package dev.sealbox.domain.preview;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.identity.Origin;
import dev.sealbox.domain.identity.SandboxId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Port: what of an organisation's sandboxes can be reached from outside, and the way there. Thread-safe. What
 * {@code origin.organization()} does not own is refused as not found; visitors are of no organisation.
 */
public interface Previews {

    /** Exposes a port of a sandbox that runs; one that is exposed already stays as it is. */
    CompletionStage<Outcome<Exposed>> expose(Origin origin, SandboxId sandbox, PreviewPort port, String authConfig);

    CompletionStage<Outcome<List<PreviewUrl>>> list(Origin origin, SandboxId sandbox);

    CompletionStage<Outcome<Unit>> close(Origin origin, SandboxId sandbox, PreviewPort port);

    /** From now on visitors need the token with this hash, and no other one. */
    CompletionStage<Outcome<Unit>> guard(Origin origin, SandboxId sandbox, PreviewHash token);

    /** Connects a visitor that is let in; a sandbox that sleeps is woken for it. */
    CompletionStage<Outcome<Entry>> visit(Visit visit);

    /** Whether a visitor would be let in now. Wakes nothing, and is no use of the sandbox. */
    CompletionStage<Boolean> admits(Visit visit);

    /** {@code fresh} tells whether it was exposed just now. */
    record Exposed(PreviewUrl url, boolean fresh) {}

    /** {@code guard} is that of the token that was asked for, if one was. */
    record Entry(PortConnection connection, Optional<PreviewHash> guard) {}
}
