package dev.sealbox.persistence.entity;

import dev.sealbox.domain.Refusal;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.sandbox.Sandbox;
import dev.sealbox.persistence.serialization.ClusterMessage;

/** What a sandbox's entity answers. */
public sealed interface SandboxReply extends ClusterMessage {

    record Done(Sandbox sandbox) implements SandboxReply {}

    /** The sandbox and what may leave it. */
    record Policed(Sandbox sandbox, EgressPolicy policy) implements SandboxReply {}

    record Refused(Refusal reason) implements SandboxReply {}
}
