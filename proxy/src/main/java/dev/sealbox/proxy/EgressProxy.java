package dev.sealbox.proxy;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import dev.sealbox.domain.egress.AuthorityStore;
import dev.sealbox.domain.egress.EgressGate;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.egress.SandboxAddress;
import dev.sealbox.domain.egress.TrustAnchors;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.ledger.UseLedger;
import dev.sealbox.domain.sealing.Opening;
import dev.sealbox.proxy.dns.Answers;
import dev.sealbox.proxy.dns.Resolver;
import dev.sealbox.proxy.rewrite.RequestRewriter;
import dev.sealbox.proxy.rewrite.SinkHeaders;
import dev.sealbox.proxy.session.Sessions;
import dev.sealbox.proxy.tls.Authorities;
import dev.sealbox.proxy.tls.UpstreamTls;
import dev.sealbox.proxy.transport.EventLoops;
import dev.sealbox.proxy.tunnel.Acceptor;
import dev.sealbox.proxy.tunnel.LoopActor;
import dev.sealbox.proxy.tunnel.Services;
import dev.sealbox.proxy.upstream.Addresses;
import dev.sealbox.proxy.upstream.Dialer;
import dev.sealbox.proxy.upstream.Routes;
import dev.sealbox.proxy.upstream.UpstreamPool;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The egress proxy of this node. A connection is accepted ({@link Acceptor}), identified by its address
 * ({@link Sessions}), decided, intercepted, rewritten, passed on and resealed by an actor of its own
 * ({@code tunnel.ClientConnection}). Thread-safe.
 */
public final class EgressProxy implements EgressGate, TrustAnchors {
    private static final Logger log = LoggerFactory.getLogger(EgressProxy.class);
    private static final AtomicInteger PROXIES = new AtomicInteger();

    private final Sessions sessions;
    private final Authorities authorities;
    private final EventLoops loops;
    private final Map<EventLoop, ActorRef<LoopActor.Message>> actors;
    private final boolean closedIfEmpty;
    private final Listeners listeners;
    private final ExecutorService blocking;

    private EgressProxy(
            ActorSystem<?> system,
            ProxySettings settings,
            Opening opening,
            AuthorityStore store,
            UseLedger ledger,
            @Nullable Path networkNamespace) {
        // Name lookups and signatures; as many at once as there are connections that wait for one.
        this.blocking = Executors.newVirtualThreadPerTaskExecutor();
        this.sessions = new Sessions(opening);
        this.closedIfEmpty = settings.closedIfEmpty();
        this.authorities = new Authorities(store, settings.keptCertificates(), blocking, Clock.systemUTC());
        var upstreams = new Upstreams(settings, blocking);
        this.loops = new EventLoops(system, settings.loops());
        this.actors = spawn(system, settings, upstreams, ledger);
        this.listeners = new Listeners(loops.group(), upstreams.waterMark());
        try {
            listen(settings, ledger, networkNamespace);
        } catch (RuntimeException e) {
            var unused = stop();
            throw e;
        }
    }

    /**
     * Starts it. When this returns the ports are open; nobody is admitted yet.
     *
     * @param ledger is told of every use of a secret and of every refusal
     * @param networkNamespace where the proxy listens, such as {@code /run/netns/x}; null for the process's own. It
     *     always dials from the process's own.
     * @throws RuntimeException naming the address or file that is wrong
     */
    public static EgressProxy start(
            ActorSystem<?> system,
            ProxySettings settings,
            Opening opening,
            AuthorityStore authorities,
            UseLedger ledger,
            @Nullable Path networkNamespace) {
        var proxy = new EgressProxy(system, settings, opening, authorities, ledger, networkNamespace);
        log.atInfo()
                .addKeyValue("ports", proxy.ports())
                .addKeyValue("namespace", networkNamespace == null ? "own" : networkNamespace)
                .log("the egress proxy listens");
        return proxy;
    }

    /** What all connections share towards the other side. */
    private record Upstreams(Addresses addresses, Dialer dialer, WriteBufferWaterMark waterMark) {
        Upstreams(ProxySettings settings, Executor blocking) {
            this(
                    new Addresses(settings.upstream().overrides(), Addresses.Lookup.SYSTEM, blocking),
                    settings,
                    blocking,
                    new WriteBufferWaterMark(settings.writeLowWaterMark(), settings.writeHighWaterMark()));
        }

        private Upstreams(
                Addresses addresses, ProxySettings settings, Executor blocking, WriteBufferWaterMark waterMark) {
            this(
                    addresses,
                    new Dialer(
                            new Routes(addresses, settings.upstream().proxy()),
                            new UpstreamTls(
                                    settings.upstream().systemRoots(),
                                    settings.upstream().caFile(),
                                    settings.limits().handshake(),
                                    settings.upstream().revocation(),
                                    blocking),
                            settings.limits().dial(),
                            waterMark,
                            settings.limits().http2(),
                            settings.upstream().http2()),
                    waterMark);
        }
    }

    private Map<EventLoop, ActorRef<LoopActor.Message>> spawn(
            ActorSystem<?> system, ProxySettings settings, Upstreams upstreams, UseLedger ledger) {
        var spawned = new HashMap<EventLoop, ActorRef<LoopActor.Message>>();
        var rewriter = new RequestRewriter(new SinkHeaders(settings.sinkHeaders()));
        int number = PROXIES.incrementAndGet();
        for (var loop : loops.all()) {
            var pool = new UpstreamPool(
                    upstreams.dialer(),
                    loop.eventLoop(),
                    settings.upstream().keptPerHost(),
                    settings.upstream().keptFor());
            var services = new Services(
                    authorities,
                    upstreams.addresses(),
                    pool,
                    rewriter,
                    settings.limits(),
                    settings.reseal(),
                    settings.dropsRanges(),
                    ledger);
            var name = "sealbox-proxy-" + number + "-" + spawned.size();
            spawned.put(loop.eventLoop(), system.systemActorOf(LoopActor.of(loop, services), name, loop.dispatcher()));
        }
        return Map.copyOf(spawned);
    }

    private void listen(ProxySettings settings, UseLedger ledger, @Nullable Path namespace) {
        int most = settings.limits().connectionsPerSandbox();
        var resolver = new Resolver(
                sessions, new Answers(settings.dns().address()), settings.dns().queriesPerSecond(), most, ledger);
        listeners.open(
                settings.listen(), namespace, entry -> new Acceptor(entry, sessions, most, ledger, actors), resolver);
    }

    /** Where it listens. */
    public Listeners.Ports ports() {
        return listeners.ports();
    }

    @Override
    public CompletionStage<Void> admit(SandboxAddress address, EgressPolicy policy) {
        return sessions.admit(address, closedIfEmpty ? policy.closedIfEmpty() : policy);
    }

    @Override
    public CompletionStage<Void> expel(SandboxId sandbox) {
        return sessions.expel(sandbox);
    }

    @Override
    public CompletionStage<String> certificate(OrganizationId organization) {
        return authorities.certificate(organization);
    }

    /** Closes the ports, ends all connections and forgets all values. May be repeated. */
    public CompletionStage<Void> stop() {
        return listeners
                .close()
                .thenCompose(closed -> sessions.clear())
                .thenCompose(expelled -> stopActors(actors.values()))
                .thenCompose(stopped -> loops.stop())
                .thenRun(blocking::shutdown);
    }

    private static CompletionStage<Void> stopActors(Collection<ActorRef<LoopActor.Message>> actors) {
        var stopped = actors.stream()
                .map(actor -> {
                    var done = new CompletableFuture<Void>();
                    actor.tell(new LoopActor.Stop(done));
                    return done;
                })
                .toArray(CompletableFuture[]::new);
        // When the actor system ends first nobody answers; the channels are closed all the same.
        return CompletableFuture.allOf(stopped).completeOnTimeout(null, 5, TimeUnit.SECONDS);
    }
}
