package dev.sealbox.domain.image;

import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;

/**
 * What a build occupies, so that it can be cleared away whatever becomes of its builder.
 *
 * @param layer the files that it will leave
 * @param builder the sandbox that its steps run in; no other part of the system knows it
 * @param host where both are
 * @param node the process that carries it out, as the cluster numbers its members
 * @param outline of the image that it makes, as in {@link Snapshot}
 */
public record Build(CheckpointId layer, SandboxId builder, HostId host, long node, String outline) {}
