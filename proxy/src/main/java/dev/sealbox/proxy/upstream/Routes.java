package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.upstream.Unreachable.Reason;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds the way to a host: to itself, or through the operator's proxy. What may not be reached directly may not be
 * reached through that one either, as far as it shows here; a name that only the proxy can resolve is its to judge.
 * Thread-safe.
 */
public final class Routes {
    /** Where names are the proxy's business, a resolver that keeps silent must not hold every request up. */
    private static final long PATIENCE_SECONDS = 2;

    private final Addresses addresses;
    private final Optional<OutgoingProxy> proxy;
    private final @Nullable ProxyCredentials credentials;

    /**
     * Reads the credentials once.
     *
     * @throws ProxyCredentials.Unusable when their file cannot be used
     */
    public Routes(Addresses addresses, Optional<OutgoingProxy> proxy) {
        this.addresses = addresses;
        this.proxy = proxy;
        this.credentials = proxy.flatMap(OutgoingProxy::credentials)
                .map(ProxyCredentials::read)
                .orElse(null);
    }

    /** The way to that port of a host. Fails with {@link Unreachable}. */
    CompletionStage<Route> to(HostName host, int port) {
        return proxy.filter(between -> !between.leavesOut(host) && !addresses.areGiven(host))
                .map(between -> through(between, host, port))
                .orElseGet(() -> addresses.of(host, port).thenApply(direct -> new Route(direct, null)));
    }

    private CompletionStage<Route> through(OutgoingProxy between, HostName host, int port) {
        var tunnel = new TunnelRequest(host, port, credentials);
        return checked(between, host, port)
                .thenCompose(unused -> addresses.unchecked(between.host(), between.port()))
                .exceptionally(failure -> {
                    throw new Unreachable(
                            reason(failure) == Reason.UNRESOLVED ? Reason.PROXY_UNREACHABLE : reason(failure));
                })
                .thenApply(targets -> new Route(targets, tunnel));
    }

    /** Fails where the host is known here to be at a special address. */
    private CompletionStage<List<InetSocketAddress>> checked(OutgoingProxy between, HostName host, int port) {
        if (!between.looksUp() && !host.isAddress()) {
            return CompletableFuture.completedFuture(List.of());
        }
        return addresses
                .of(host, port)
                .exceptionally(failure -> {
                    if (reason(failure) == Reason.UNRESOLVED) {
                        return List.of();
                    }
                    throw new CompletionException(failure);
                })
                .toCompletableFuture()
                .completeOnTimeout(List.of(), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static Reason reason(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Unreachable unreachable) {
                return unreachable.reason();
            }
        }
        return Reason.UNREACHABLE;
    }
}
