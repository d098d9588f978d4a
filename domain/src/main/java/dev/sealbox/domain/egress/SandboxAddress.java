package dev.sealbox.domain.egress;

import dev.sealbox.domain.identity.SandboxId;

/** Where a running sandbox sits on its host's network: an IPv4 address that it cannot choose. */
public record SandboxAddress(SandboxId sandbox, String ip) {}
