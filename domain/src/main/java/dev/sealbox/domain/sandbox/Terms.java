package dev.sealbox.domain.sandbox;

import java.util.Optional;

/**
 * What a host must know of a sandbox that runs on it, and may be told anew while it does.
 *
 * @param timeoutSeconds of idleness, after which it asks for the sandbox's hibernation; 0 means never
 * @param autoscale the sizes between which it asks for another one; empty when the size is to stay
 */
public record Terms(int timeoutSeconds, Limits limits, Optional<Autoscale> autoscale) {

    /** Of a sandbox whose size is to stay. */
    public Terms(int timeoutSeconds, Limits limits) {
        this(timeoutSeconds, limits, Optional.empty());
    }
}
