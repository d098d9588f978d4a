package dev.sealbox.proxy.session;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.Grant;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.proxy.transport.Cut;
import dev.sealbox.proxy.transport.Windows;
import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sandbox that may pass: its present session, its open connections, and what they carry. A new policy ends what the
 * former permitted and it does not; a new value of a secret ends nothing that is under way. Thread-safe.
 */
public final class Admission {
    private static final Logger log = LoggerFactory.getLogger(Admission.class);

    private final SandboxAddress address;
    private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
    private final OwnAddresses addresses = new OwnAddresses();
    private final ReadBacks readBacks = new ReadBacks();
    private final Windows windows = new Windows();
    private final AtomicInteger streams = new AtomicInteger();
    private final Set<Passage> passages = new HashSet<>();
    private final Map<Channel, Trail> trails = new HashMap<>();
    private @Nullable Session current;
    private CompletableFuture<Void> settled = CompletableFuture.completedFuture(null);
    private boolean ended;

    Admission(SandboxAddress address) {
        this.address = address;
    }

    public SandboxAddress address() {
        return address;
    }

    /** What the sandbox dials in place of names. */
    public OwnAddresses addresses() {
        return addresses;
    }

    /** What it has read back of its values. */
    public ReadBacks readBacks() {
        return readBacks;
    }

    /** What may wait of the bodies of requests on its connections that carry many. */
    public Windows windows() {
        return windows;
    }

    /** Counts a request on such a connection in, until {@link #endStream}; refuses when there are {@code most}. */
    public boolean beginStream(int most) {
        return streams.getAndUpdate(count -> count < most ? count + 1 : count) < most;
    }

    /** Counts it out. */
    public void endStream() {
        streams.decrementAndGet();
    }

    /** Holds the present session for one request; null when the sandbox has been expelled. */
    public synchronized @Nullable Session hold() {
        return current != null && current.hold() ? current : null;
    }

    /**
     * Makes {@code next} the present session if it is newer; otherwise releases it. Complete when every connection is
     * closed that carries what is not permitted any more.
     */
    CompletionStage<Void> replace(Session next) {
        List<Runnable> cuts;
        synchronized (this) {
            var before = current;
            if (ended
                    || (before != null
                            && before.policy().revision() >= next.policy().revision())) {
                next.release();
                return settled;
            }
            current = next;
            if (before != null) {
                before.release();
            }
            cuts = cuts(next.policy());
        }
        cuts.forEach(Runnable::run);
        return settled();
    }

    /** Complete when all that past policies have ended is closed. */
    synchronized CompletionStage<Void> settled() {
        return settled;
    }

    /** What is to be closed under a new policy; to be run without the lock. */
    private List<Runnable> cuts(EgressPolicy now) {
        var cuts = new ArrayList<Runnable>();
        for (var passage : passages) {
            if (!passage.isPermitted(now) || Trail.isRevoked(passage.carried(), passage.host(), now)) {
                cut(passage).ifPresent(cuts::add);
            }
        }
        for (var trail : trails.values()) {
            if (trail.isOutdated(now)) {
                trail.spend();
                var connection = trail.connection();
                boolean tainted = trail.isTainted(now);
                cuts.add(settling(() -> tainted ? Cut.off(connection) : retire(connection)));
            }
        }
        return cuts;
    }

    private Optional<Runnable> cut(Passage passage) {
        if (!passage.mark()) {
            return Optional.empty();
        }
        log.atInfo()
                .addKeyValue("sandbox", address.sandbox())
                .addKeyValue("host", passage.host())
                .addKeyValue("code", "egress.revoked")
                .log("a request under way was cut");
        var carrier = passage.carrier();
        return Optional.of(settling(() -> {
            var client = passage.cut().get().toCompletableFuture();
            return carrier == null
                    ? client
                    : CompletableFuture.allOf(client, carrier.cut().get().toCompletableFuture());
        }));
    }

    private Runnable settling(Supplier<? extends CompletionStage<?>> closing) {
        var done = new CompletableFuture<Void>();
        settled = CompletableFuture.allOf(settled, done);
        return () -> {
            var unused = closing.get().whenComplete((closed, failure) -> done.complete(null));
        };
    }

    /** Ends a spent connection, unless requests are under way there; then it ends with the last of them. */
    private CompletionStage<Void> retire(Channel connection) {
        return CompletableFuture.runAsync(
                () -> {
                    if (isUnused(connection)) {
                        var unused = Cut.off(connection);
                    }
                },
                connection.eventLoop());
    }

    private synchronized boolean isUnused(Channel connection) {
        return passages.stream().noneMatch(passage -> passage.isOver(connection));
    }

    /**
     * A request that was judged under {@code session} is on its way.
     *
     * @param cut ends it towards the sandbox, at once; called in any thread
     */
    public Passage begin(Session session, HostName host, Supplier<? extends CompletionStage<?>> cut) {
        return begin(session, host, now -> now.mayConnect(host), cut);
    }

    /** As above, for plain TCP to that port of the host. */
    public Passage begin(Session session, HostName host, int port, Supplier<? extends CompletionStage<?>> cut) {
        return begin(session, host, now -> now.mayPass(host, port), cut);
    }

    private Passage begin(
            Session session,
            HostName host,
            Predicate<EgressPolicy> permitted,
            Supplier<? extends CompletionStage<?>> cut) {
        var passage = new Passage(this, session.policy(), host, permitted, cut);
        Optional<Runnable> cutting;
        synchronized (this) {
            passages.add(passage);
            cutting = current != null && passage.isPermitted(current.policy()) ? Optional.empty() : cut(passage);
        }
        cutting.ifPresent(Runnable::run);
        return passage;
    }

    Passage under(Session later, Passage passage) {
        var next = begin(later, passage.host(), passage.permitted(), passage.cut());
        Carrier carrier;
        synchronized (this) {
            carrier = passage.carrier();
        }
        if (carrier != null) {
            over(next, carrier);
        }
        return next;
    }

    void carries(Passage passage, SecretName name) {
        Optional<Runnable> cutting;
        synchronized (this) {
            if (mayCarry(passage, name)) {
                var grant = passage.grant(name);
                passage.carried().put(name, grant);
                var carrier = passage.carrier();
                if (carrier != null) {
                    note(passage, carrier, Map.of(name, grant));
                }
                return;
            }
            cutting = cut(passage);
        }
        cutting.ifPresent(Runnable::run);
        throw new Passage.Revoked();
    }

    private boolean mayCarry(Passage passage, SecretName name) {
        return !passage.marked()
                && current != null
                && !Trail.isRevoked(name, passage.grant(name), passage.host(), current.policy());
    }

    void over(Passage passage, Carrier carrier) {
        boolean late;
        synchronized (this) {
            late = passage.marked();
            passage.carrier(carrier);
            if (!passage.carried().isEmpty()) {
                note(passage, carrier, passage.carried());
            }
        }
        if (late) {
            var unused = carrier.cut().get();
        }
    }

    /** A request that began before a rotation may carry the former value over a connection that was not spent by it. */
    private void note(Passage passage, Carrier carrier, Map<SecretName, Grant> carried) {
        var trail = trail(passage, carrier);
        trail.add(carried);
        if (current == null || trail.isOutdated(current.policy())) {
            trail.spend();
        }
    }

    private Trail trail(Passage passage, Carrier carrier) {
        var connection = carrier.connection();
        var known = trails.get(connection);
        if (known != null) {
            return known;
        }
        var fresh = new Trail(carrier, passage.host());
        trails.put(connection, fresh);
        var unused = connection.closeFuture().addListener(closed -> forget(connection));
        return fresh;
    }

    private synchronized void forget(Channel connection) {
        trails.remove(connection);
    }

    void leave(Passage passage) {
        Optional<Channel> done;
        synchronized (this) {
            passages.remove(passage);
            done = Optional.ofNullable(passage.carrier())
                    .map(Carrier::connection)
                    .filter(connection -> Trail.isSpent(connection) && isUnused(connection));
        }
        done.ifPresent(connection -> {
            var unused = Cut.off(connection);
        });
    }

    synchronized boolean isCut(Passage passage) {
        return passage.marked();
    }

    synchronized boolean isNewer(long revision) {
        return current == null || revision > current.policy().revision();
    }

    /** Counts a connection in, which leaves by itself when it closes; refuses when the sandbox has too many. */
    public boolean join(Channel connection, int most) {
        synchronized (this) {
            if (ended || connections.size() >= most) {
                return false;
            }
            connections.add(connection);
        }
        var unused = connection.closeFuture().addListener(closed -> connections.remove(connection));
        return true;
    }

    /** Ends everything; complete when the last connection is closed. */
    CompletionStage<Void> end() {
        Set<Channel> upstreams;
        synchronized (this) {
            ended = true;
            if (current != null) {
                current.release();
                current = null;
            }
            trails.values().forEach(Trail::spend);
            upstreams = Set.copyOf(trails.keySet());
        }
        return CompletableFuture.allOf(Stream.concat(
                        List.copyOf(connections).stream().map(Admission::close),
                        upstreams.stream().map(Cut::off))
                .toArray(CompletableFuture[]::new));
    }

    private static CompletableFuture<Void> close(Channel channel) {
        var closed = new CompletableFuture<Void>();
        var unused = channel.close().addListener(done -> closed.complete(null));
        return closed;
    }
}
