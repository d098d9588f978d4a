package dev.sealbox.proxy.upstream;

import dev.sealbox.domain.egress.AddressRanges;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.upstream.Unreachable.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Resolves a host once and says what may be dialled: the very addresses that were checked. If one answer of several is
 * not public, none is dialled. Thread-safe.
 */
public final class Addresses {
    /** How many of a name's addresses are tried. */
    private static final int MOST = 4;

    private final Overrides overrides;
    private final Lookup lookup;
    private final Executor executor;

    /** The resolver; blocks. */
    @FunctionalInterface
    public interface Lookup {
        InetAddress[] all(String host) throws UnknownHostException;

        /** The machine's own. */
        Lookup SYSTEM = InetAddress::getAllByName;
    }

    /**
     * Made of the rules and a resolver.
     *
     * @param executor where lookups may block
     */
    public Addresses(Overrides overrides, Lookup lookup, Executor executor) {
        this.overrides = overrides;
        this.lookup = lookup;
        this.executor = executor;
    }

    /** The addresses to dial, best first. Fails with {@link Unreachable}. */
    public CompletionStage<List<InetSocketAddress>> of(HostName host, int port) {
        return CompletableFuture.supplyAsync(
                () -> overrides
                        .of(host)
                        .map(target -> dialled(resolved(target.getHostString()), target.getPort()))
                        .orElseGet(() -> dialled(checked(resolved(host.value())), port)),
                executor);
    }

    /** Those of a host that the operator has named, wherever they are. Fails with {@link Unreachable}. */
    CompletionStage<List<InetSocketAddress>> unchecked(HostName host, int port) {
        return CompletableFuture.supplyAsync(() -> dialled(resolved(host.value()), port), executor);
    }

    /** Whether the operator has said where that host is dialled. */
    boolean areGiven(HostName host) {
        return overrides.of(host).isPresent();
    }

    /** Whether an address given as such is refused without asking anybody. */
    public boolean isForbidden(HostName host) {
        if (!host.isAddress() || overrides.of(host).isPresent()) {
            return false;
        }
        return !AddressRanges.isPublic(host);
    }

    private InetAddress[] resolved(String host) {
        try {
            return lookup.all(host);
        } catch (UnknownHostException e) {
            throw new Unreachable(Reason.UNRESOLVED);
        }
    }

    private static InetAddress[] checked(InetAddress[] addresses) {
        for (var address : addresses) {
            if (!AddressRanges.isPublic(address.getAddress()) || isOwn(address)) {
                throw new Unreachable(Reason.FORBIDDEN_ADDRESS);
            }
        }
        return addresses;
    }

    /** Whether it is this machine's, where services may listen that trust their neighbours. */
    private static boolean isOwn(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }

    private static List<InetSocketAddress> dialled(InetAddress[] addresses, int port) {
        return Arrays.stream(addresses)
                .limit(MOST)
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }
}
