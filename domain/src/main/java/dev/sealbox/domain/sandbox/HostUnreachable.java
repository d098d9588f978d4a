package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.identity.HostId;

/**
 * The host of a sandbox is not in the cluster, or left it while it was asked. Whether it did what it was asked is not
 * known; a repeat may succeed when it is back.
 */
public final class HostUnreachable extends RuntimeException {
    private static final long serialVersionUID = 1;

    public HostUnreachable(HostId host) {
        super("host " + host + " is not in the cluster");
    }
}
