package dev.sealbox.proxy.session;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.identity.SecretName;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a connection to an upstream has carried for one sandbox, as long as it is open: some services tie the connection
 * itself to the credential that came over it. For use under the lock of the sandbox's {@link Admission}.
 */
public final class Trail {
    private static final AttributeKey<SandboxId> CARRIER = AttributeKey.valueOf(Trail.class, "carrier");

    private final HostName host;
    private final Map<SecretName, Grant> carried = new LinkedHashMap<>();
    private boolean mixed;

    Trail(HostName host) {
        this.host = host;
    }

    /** The one sandbox that may use the connection, since it has carried a secret of it; null when all may. */
    public static @Nullable SandboxId carrier(Channel connection) {
        return connection.attr(CARRIER).get();
    }

    static void mark(Channel connection, SandboxId carrier) {
        connection.attr(CARRIER).set(carrier);
    }

    void add(Map<SecretName, Grant> more) {
        more.forEach((name, grant) -> {
            var former = carried.put(name, grant);
            mixed |= former != null && !former.value().equals(grant.value());
        });
    }

    /** Whether something that it carried may no longer be revealed there. */
    boolean isRevoked(EgressPolicy now) {
        return isRevoked(carried, host, now);
    }

    static boolean isRevoked(Map<SecretName, Grant> carried, HostName host, EgressPolicy now) {
        return carried.entrySet().stream().anyMatch(used -> isRevoked(used.getKey(), used.getValue(), host, now));
    }

    /** Whether a secret that was granted may no longer be revealed there; a new value of the same secret may. */
    static boolean isRevoked(SecretName name, Grant before, HostName host, EgressPolicy now) {
        var grant = now.grants().get(name);
        return grant == null || !grant.store().equals(before.store()) || !now.mayUse(name, host);
    }

    /** Whether something that it carried has another value by now. */
    boolean isStale(EgressPolicy now) {
        return mixed
                || carried.entrySet().stream().anyMatch(used -> {
                    var grant = now.grants().get(used.getKey());
                    return grant == null
                            || !grant.value().equals(used.getValue().value());
                });
    }

    /**
     * Breaks a connection off: nothing that waits to be sent is sent any more, and TLS says no last word, which it would
     * wait to get rid of while the other side does not read. Complete when it is closed.
     */
    public static CompletableFuture<Void> end(Channel connection) {
        var ended = new CompletableFuture<Void>();
        if (connection.eventLoop().inEventLoop()) {
            breakOff(connection, ended);
        } else {
            connection.eventLoop().execute(() -> breakOff(connection, ended));
        }
        return ended;
    }

    private static void breakOff(Channel connection, CompletableFuture<Void> ended) {
        if (connection.isActive()) {
            var unused = connection.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        var tls = connection.pipeline().context(SslHandler.class);
        var closing = tls == null ? connection.close() : tls.close();
        var unused = closing.addListener(done -> ended.complete(null));
    }
}
