package dev.sealbox.domain.identity;

import dev.sealbox.domain.Texts;

/** A machine that runs sandboxes; it keeps its id across restarts. */
public record HostId(String value) {
    public HostId {
        Texts.label("the host id", value, 64);
    }

    @Override
    public String toString() {
        return value;
    }
}
