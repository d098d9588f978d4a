package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.Obstacle;
import org.jspecify.annotations.Nullable;

/**
 * A tunnel to that host.
 *
 * @param problem what every request in it is answered with; null when each is judged by itself
 * @param obstacle why no secret is used in it; null when each request is judged by itself
 */
record Tunnel(
        HostName host, @Nullable Problem problem, @Nullable Obstacle obstacle) {

    static Tunnel to(HostName host) {
        return new Tunnel(host, null, null);
    }

    /** What it becomes when the ClientHello in it names {@code named}: another host is shown its own certificate. */
    Tunnel named(HostName named) {
        return named.equals(host) ? this : new Tunnel(named, Problem.misdirected(host), null);
    }

    /**
     * What it becomes when the ClientHello in it names nobody, or hides whom: then only the CONNECT says where it leads,
     * and that is not enough for a secret. An address is never named (RFC 6066, section 3).
     */
    Tunnel unnamed() {
        return host.isAddress() ? this : new Tunnel(host, problem, Obstacle.UNNAMED);
    }
}
