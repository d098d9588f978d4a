package dev.sealbox.persistence.entity;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.persistence.serialization.ClusterMessage;
import java.util.Map;

/** What a sandbox's entity answers. */
public sealed interface SandboxReply extends ClusterMessage {

    record Done(Sandbox sandbox) implements SandboxReply {}

    /** The sandbox and what may leave it. */
    record Policed(Sandbox sandbox, EgressPolicy policy) implements SandboxReply {}

    /** The tokens of the names that its stores have now. */
    record Shown(Map<SecretName, SealedToken> tokens) implements SandboxReply {}

    record Refused(Refusal reason) implements SandboxReply {}
}
