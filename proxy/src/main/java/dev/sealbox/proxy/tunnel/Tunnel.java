package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.HostName;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel to that host.
 *
 * @param problem what every request in it is answered with; null when each is judged by itself
 */
record Tunnel(HostName host, @Nullable Problem problem) {

    static Tunnel to(HostName host) {
        return new Tunnel(host, null);
    }

    /** What it becomes when the ClientHello in it names {@code named}: another host is shown its own certificate. */
    Tunnel named(HostName named) {
        return named.equals(host) ? this : new Tunnel(named, Problem.misdirected(host));
    }
}
