package dev.sealbox.domain.placement;

import dev.sealbox.domain.identity.HostId;
import java.util.Optional;

/** What a look for a place has come to. */
public sealed interface Place {

    /** There. */
    record On(HostId host) implements Place {}

    /** Some could run it if they had room; that may come. */
    record Full() implements Place {}

    /** No host that is here could run it, however empty. */
    record Nowhere() implements Place {}

    /** The host, if there is one. */
    default Optional<HostId> found() {
        return this instanceof On(var host) ? Optional.of(host) : Optional.empty();
    }
}
