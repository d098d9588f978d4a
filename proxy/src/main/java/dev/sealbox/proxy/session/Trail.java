package dev.sealbox.proxy.session;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.UseRule;
import dev.sealbox.domain.identity.SecretName;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a connection to an upstream has carried, as long as it is open. When some of that is taken away or replaced, the
 * connection is spent. For use under the lock of the sandbox's {@link Admission}.
 */
public final class Trail {
    private static final AttributeKey<Boolean> SPENT = AttributeKey.valueOf(Trail.class, "spent");

    private final Channel connection;
    private final boolean shared;
    private final HostName host;
    private final Map<SecretName, Grant> carried = new LinkedHashMap<>();
    private boolean mixed;

    /** @param host where the connection leads */
    Trail(Carrier carrier, HostName host) {
        this.connection = carrier.connection();
        this.shared = carrier.shared();
        this.host = host;
    }

    /** Whether no further request may begin on that connection. May be called in any thread. */
    public static boolean isSpent(Channel connection) {
        return Boolean.TRUE.equals(connection.attr(SPENT).get());
    }

    void spend() {
        connection.attr(SPENT).set(true);
    }

    Channel connection() {
        return connection;
    }

    void add(Map<SecretName, Grant> more) {
        more.forEach((name, grant) -> {
            var former = carried.put(name, grant);
            mixed |= former != null && !former.value().equals(grant.value());
        });
    }

    /** Whether something that it carried may no longer be revealed there, and a service may have tied it to that. */
    boolean isTainted(EgressPolicy now) {
        return !shared && isRevoked(carried, host, now);
    }

    /** Whether something that it carried may no longer be revealed there, or has another value by now. */
    boolean isOutdated(EgressPolicy now) {
        return mixed || isRevoked(carried, host, now) || isReplaced(now);
    }

    private boolean isReplaced(EgressPolicy now) {
        for (var used : carried.entrySet()) {
            var grant = now.grants().get(used.getKey());
            if (grant == null || !grant.value().equals(used.getValue().value())) {
                return true;
            }
        }
        return false;
    }

    static boolean isRevoked(Map<SecretName, Grant> carried, HostName host, EgressPolicy now) {
        for (var used : carried.entrySet()) {
            if (isRevoked(used.getKey(), used.getValue(), host, now)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a secret that was granted may no longer be revealed there; a new value of the same secret may. */
    static boolean isRevoked(SecretName name, Grant before, HostName host, EgressPolicy now) {
        var grant = now.grants().get(name);
        return grant == null
                || !grant.store().equals(before.store())
                || !now.mayUse(name, host)
                || areOthers(grant.rules(), before.rules());
    }

    /** Which request has carried it is not known here; who lifts all rules ends nothing. */
    private static boolean areOthers(List<UseRule> now, List<UseRule> before) {
        return !now.isEmpty() && !now.equals(before);
    }
}
