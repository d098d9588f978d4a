package dev.sealbox.proxy.tunnel;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.HeadReader;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.reseal.Inflate;
import dev.sealbox.proxy.session.Admission;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.tls.ClientHello;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.transport.LinkOwner;
import dev.sealbox.proxy.upstream.Origin;
import dev.sealbox.proxy.upstream.Unreachable;
import dev.sealbox.proxy.upstream.Upstream;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection from its first byte to its last: read a request, decide, connect, exchange, and again.
 *
 * <p>Runs in the event loop of its channels, so it calls them directly. It takes bytes from one side only while the
 * other can be written, which holds a fast sender back to the pace of a slow reader. The steps of an exchange are in
 * {@link RequestFlow} and {@link ResponseFlow}, the decisions in {@link RequestCheck}.
 */
public final class ClientConnection extends AbstractBehavior<ClientConnection.Message> {
    private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);
    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration RELEASE_HELD = Duration.ofMillis(20);
    private static final byte[] ESTABLISHED =
            "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** What the actor is told; only by its own channels and its own doings. */
    public sealed interface Message {}

    private record Happened(Link link, LinkOwner.Event event) implements Message {}

    private record LeafReady(
            @Nullable SslContext context, @Nullable Throwable failure) implements Message {}

    private record Dialled(@Nullable Throwable failure) implements Message {}

    private enum Signal implements Message {
        TICK,
        RELEASE_HELD
    }

    private enum Phase {
        /** A request's head is awaited. */
        HEAD,
        /** A ClientHello is awaited. */
        HELLO,
        /** A certificate is being signed, or the handshake is under way. */
        HANDSHAKE,
        /** An upstream connection is being opened. */
        DIALLING,
        EXCHANGE,
        /** After a change of protocol: bytes pass as they are. */
        PIPE,
        /** All was said; what the client still sends is dropped until it closes. */
        LINGER
    }

    private final Link client;
    private final Entry entry;
    private final Admission admission;
    private final Services services;
    private final ScheduledFuture<?> ticking;

    private Phase phase;
    private long since = System.nanoTime();
    private HeadReader heads;
    private @Nullable Tunnel tunnel;
    private @Nullable Exchange exchange;
    private @Nullable Upstream upstream;
    private boolean upstreamIsUsed;
    private boolean releaseIsDue;
    private boolean stopped;

    /**
     * A tunnel to that host.
     *
     * @param problem what every request in it is answered with; null when each is judged by itself
     */
    private record Tunnel(HostName host, @Nullable Problem problem) {}

    /** The owner of {@code client}, which must be in the same event loop as the actor. */
    public static Behavior<Message> of(Link client, Entry entry, Admission admission, Services services) {
        return Behaviors.setup(context -> new ClientConnection(context, client, entry, admission, services));
    }

    private ClientConnection(
            ActorContext<Message> context, Link client, Entry entry, Admission admission, Services services) {
        super(context);
        this.client = client;
        this.entry = entry;
        this.admission = admission;
        this.services = services;
        this.phase = entry == Entry.TLS ? Phase.HELLO : Phase.HEAD;
        this.heads = new HeadReader(services.limits().maxHead());
        client.ownedBy(this::tell);
        var self = context.getSelf();
        this.ticking = client.channel()
                .eventLoop()
                .scheduleAtFixedRate(
                        () -> self.tell(Signal.TICK), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        tell(client, client.isOpen() ? LinkOwner.Event.READABLE : LinkOwner.Event.CLOSED);
    }

    private void tell(Link link, LinkOwner.Event event) {
        getContext().getSelf().tell(new Happened(link, event));
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Happened.class, happened -> on(happened.link(), happened.event()))
                .onMessage(Dialled.class, dialled -> onDialled(dialled.failure()))
                .onMessage(LeafReady.class, this::onLeaf)
                .onMessageEquals(Signal.TICK, this::onTick)
                .onMessageEquals(Signal.RELEASE_HELD, this::onReleaseHeld)
                .onSignal(PostStop.class, unused -> onStop())
                .build();
    }

    private Behavior<Message> on(Link link, LinkOwner.Event event) {
        if (event == LinkOwner.Event.CLOSED && link == client) {
            return closed();
        }
        if (event == LinkOwner.Event.SECURED && link == client) {
            enter(Phase.HEAD);
        }
        return pump();
    }

    private Behavior<Message> closed() {
        if (client.failure() != null && phase == Phase.HANDSHAKE) {
            log.atInfo()
                    .addKeyValue("sandbox", admission.address().sandbox())
                    .addKeyValue("host", tunnel == null ? "" : tunnel.host())
                    .addKeyValue("code", "tls.client-handshake")
                    .log("the client broke the TLS handshake off");
        }
        return Behaviors.stopped();
    }

    private void enter(Phase next) {
        phase = next;
        since = System.nanoTime();
    }

    /** Does all that can be done now, then sends what was written and makes room for more. */
    private Behavior<Message> pump() {
        while (step()) {
            // once more
        }
        client.flush();
        client.consumed();
        if (upstream != null) {
            upstream.link().flush();
            upstream.link().consumed();
        }
        scheduleRelease();
        return this;
    }

    private boolean step() {
        return switch (phase) {
            case HEAD -> readHead();
            case HELLO -> readHello();
            case EXCHANGE -> exchange();
            case PIPE -> pipe();
            case LINGER -> drop();
            case HANDSHAKE, DIALLING -> false;
        };
    }

    // ---- a request's head

    private boolean readHead() {
        RequestHead head;
        try {
            boolean begun = heads.hasBegun();
            head = heads.request(client.inbox());
            if (head == null) {
                since = !begun && heads.hasBegun() ? System.nanoTime() : since;
                return false;
            }
        } catch (BadMessage e) {
            return answerAndClose(Problem.malformed(e));
        }
        var session = admission.hold();
        if (session == null) {
            client.closeAfterFlush();
            enter(Phase.LINGER);
            return false;
        }
        boolean handedOn = false;
        try {
            handedOn = decide(head, session);
        } finally {
            if (!handedOn) {
                session.release();
            }
        }
        return true;
    }

    /** Whether the session is now the exchange's to release. */
    private boolean decide(RequestHead head, Session session) {
        if (tunnel != null && tunnel.problem() != null) {
            return refuse(head, tunnel.problem());
        }
        var check = new RequestCheck(session.policy(), services.addresses()::isForbidden);
        var verdict = tunnel != null
                ? check.inTunnel(head, tunnel.host())
                : entry == Entry.EXPLICIT ? check.explicit(head) : check.plain(head);
        return switch (verdict) {
            case RequestCheck.Verdict.Refused(var problem) -> refuse(head, problem);
            case RequestCheck.Verdict.Tunnel(var host) -> open(head, host);
            case RequestCheck.Verdict.Forward(var origin, var target) -> begin(head, origin, target, session);
        };
    }

    private boolean open(RequestHead head, HostName host) {
        try {
            if (!(Framing.ofRequest(head) instanceof Framing.None)) {
                return refuse(head, Problem.badTarget());
            }
        } catch (BadMessage e) {
            return refuse(head, Problem.malformed(e));
        }
        tunnel = new Tunnel(host, null);
        client.write(Unpooled.wrappedBuffer(ESTABLISHED));
        enter(Phase.HELLO);
        return false;
    }

    private boolean begin(RequestHead head, Origin origin, String target, Session session) {
        try {
            exchange = new Exchange(
                    session, origin, head, target, services, client.channel().alloc());
        } catch (Exchange.Refused e) {
            return refuse(head, e.problem());
        } catch (BadMessage e) {
            return refuse(head, Problem.malformed(e));
        } catch (Replacer.Forbidden e) {
            return refuse(head, Problem.valueNotForHeader());
        } catch (Growth.Exceeded e) {
            return refuse(head, Problem.growsTooMuch());
        }
        log.atDebug()
                .addKeyValue("sandbox", admission.address().sandbox())
                .addKeyValue("host", origin.host())
                .log("a request is passed on");
        if (exchange.wantsContinue()) {
            client.write(Unpooled.wrappedBuffer(CONTINUE));
        }
        connect(session, origin);
        return true;
    }

    // ---- the upstream

    private void connect(Session session, Origin origin) {
        var organization = session.policy().organization();
        var present = upstream;
        if (present != null
                && present.origin().equals(origin)
                && present.organization().equals(organization)
                && present.link().isOpen()
                && !present.link().inbox().isReadable()) {
            upstreamIsUsed = true;
            enter(Phase.EXCHANGE);
            return;
        }
        partFromUpstream();
        upstreamIsUsed = true;
        dialled(services.pool().take(organization, origin, this::tell));
    }

    private void dialled(CompletionStage<Upstream> dialling) {
        enter(Phase.DIALLING);
        var self = getContext().getSelf();
        var unused = dialling.whenCompleteAsync(
                (connected, failure) -> {
                    if (connected != null && (stopped || phase != Phase.DIALLING)) {
                        services.pool().park(connected);
                        return;
                    }
                    upstream = connected;
                    self.tell(new Dialled(failure));
                },
                client.channel().eventLoop());
    }

    private Behavior<Message> onDialled(@Nullable Throwable failure) {
        if (phase != Phase.DIALLING || exchange == null) {
            return this;
        }
        if (failure != null) {
            var host = exchange.origin().host();
            for (var cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof Unreachable unreachable) {
                    return failed(Problem.unreachable(host, unreachable.reason()));
                }
            }
            log.atError().setCause(failure).addKeyValue("host", host).log("dialling failed");
            return failed(Problem.internal());
        }
        enter(Phase.EXCHANGE);
        return pump();
    }

    private Behavior<Message> failed(Problem problem) {
        giveUp(problem);
        return pump();
    }

    /** Keeps the upstream's connection for others if nothing is under way on it. */
    private void partFromUpstream() {
        if (upstream != null) {
            if (exchange == null && phase != Phase.PIPE) {
                services.pool().park(upstream);
            } else {
                upstream.link().dispose();
            }
            upstream = null;
        }
    }

    // ---- an exchange

    private boolean exchange() {
        var now = exchange;
        var to = upstream;
        if (now == null || to == null) {
            return false;
        }
        boolean moved;
        try {
            moved = now.request().step(client, to.link());
        } catch (BadMessage e) {
            return giveUp(Problem.malformed(e));
        } catch (Replacer.Forbidden e) {
            return giveUp(Problem.valueNotForHeader());
        } catch (Growth.Exceeded e) {
            return giveUp(Problem.growsTooMuch());
        }
        try {
            moved |= now.response().step(to.link(), client, now.mayKeepClient());
        } catch (BadMessage e) {
            return giveUp(Problem.badResponse(e.reason()));
        } catch (ResponseFlow.Unusable e) {
            return giveUp(e.problem());
        } catch (Inflate.Broken e) {
            return giveUp(Problem.badResponse("its compression is broken"));
        }
        if (now.response().isDone()) {
            return finish(now, to);
        }
        return moved || (!to.link().isOpen() && client.canWrite() && lost(now, to));
    }

    private boolean lost(Exchange now, Upstream to) {
        if (upstreamIsUsed && now.mayRepeat(to.link())) {
            upstreamIsUsed = false;
            to.link().dispose();
            upstream = null;
            now.request().unsend();
            dialled(services.pool().dial(now.session().policy().organization(), now.origin(), this::tell));
            return true;
        }
        return giveUp(Problem.unreachable(now.origin().host(), Unreachable.Reason.UNREACHABLE));
    }

    private boolean finish(Exchange now, Upstream to) {
        if (now.response().isUpgrade()) {
            enter(Phase.PIPE);
            return true;
        }
        boolean keepUpstream = now.response().keepsUpstream() && now.request().isDone();
        boolean keepClient = !now.response().closesClient() && now.request().isRead();
        now.close();
        exchange = null;
        if (!keepUpstream) {
            to.link().dispose();
            upstream = null;
        }
        if (keepClient) {
            enter(Phase.HEAD);
        } else {
            linger();
        }
        return true;
    }

    /** Ends the exchange: with an answer if the client has had none yet, otherwise by breaking its connection. */
    private boolean giveUp(Problem problem) {
        var now = exchange;
        if (now == null) {
            return false;
        }
        boolean begun = now.response().hasBegun();
        var head = now.head();
        if (upstream != null) {
            upstream.link().dispose();
            upstream = null;
        }
        exchange = null;
        boolean read = now.request().isRead();
        now.close();
        note(problem, now.origin().host());
        if (begun) {
            var unused = client.channel().close();
            enter(Phase.LINGER);
            return false;
        }
        answer(problem, head, !read);
        return true;
    }

    private boolean pipe() {
        var to = upstream;
        if (to == null) {
            return false;
        }
        boolean moved = pass(client, to.link());
        moved |= pass(to.link(), client);
        if (!to.link().isOpen() && !moved) {
            linger();
            return false;
        }
        return moved;
    }

    private static boolean pass(Link from, Link to) {
        if (!from.inbox().isReadable() || !to.canWrite()) {
            return false;
        }
        to.write(from.inbox().readRetainedSlice(from.inbox().readableBytes()));
        return true;
    }

    // ---- answers of the proxy's own

    /** Always false: the session stays with the caller. */
    private boolean refuse(RequestHead head, Problem problem) {
        note(problem, tunnel == null ? null : tunnel.host());
        boolean hasBody = head.fields().has("content-length") || head.fields().has("transfer-encoding");
        answer(problem, head, hasBody);
        return false;
    }

    private void answer(Problem problem, RequestHead head, boolean unread) {
        boolean close = unread || !head.keepsAlive() || head.http10() || problem.status() == 400;
        client.write(problem.response(client.channel().alloc(), head.method().equals("HEAD"), close));
        if (close) {
            linger();
        } else {
            enter(Phase.HEAD);
        }
    }

    private boolean answerAndClose(Problem problem) {
        note(problem, tunnel == null ? null : tunnel.host());
        client.write(problem.response(client.channel().alloc(), false, true));
        linger();
        return false;
    }

    private void note(Problem problem, @Nullable HostName host) {
        log.atInfo()
                .addKeyValue("sandbox", admission.address().sandbox())
                .addKeyValue("host", host == null ? "" : host)
                .addKeyValue("code", problem.code())
                .log("the proxy answered itself");
    }

    /** Lets the client read what it was sent before the connection goes; closing at once could destroy it. */
    private void linger() {
        enter(Phase.LINGER);
        partFromUpstream();
        client.endOutput();
        var channel = client.channel();
        var unused = channel.eventLoop()
                .schedule(
                        () -> {
                            var unusedClose = channel.close();
                        },
                        LINGER.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private boolean drop() {
        client.inbox().skipBytes(client.inbox().readableBytes());
        return false;
    }

    // ---- TLS

    private boolean readHello() {
        var hello = ClientHello.peek(client.inbox(), client.channel().alloc());
        return switch (hello) {
            case ClientHello.Incomplete incomplete -> false;
            case ClientHello.Malformed malformed -> alert(Alert.DECODE_ERROR);
            case ClientHello.Complete(var name) -> name == null ? withoutName() : named(name);
        };
    }

    private boolean withoutName() {
        if (tunnel == null) {
            return alert(Alert.MISSING_EXTENSION);
        }
        return mint(tunnel);
    }

    private boolean named(String name) {
        HostName host;
        try {
            host = HostName.parse(name);
        } catch (InvalidValue e) {
            return alert(Alert.UNRECOGNIZED_NAME);
        }
        if (tunnel == null) {
            return mint(new Tunnel(host, null));
        }
        return mint(host.equals(tunnel.host()) ? tunnel : new Tunnel(host, Problem.misdirected(tunnel.host())));
    }

    private boolean alert(Alert alert) {
        log.atInfo()
                .addKeyValue("sandbox", admission.address().sandbox())
                .addKeyValue("code", "tls." + alert.name().toLowerCase(Locale.ROOT))
                .log("a TLS connection was refused");
        client.write(Unpooled.wrappedBuffer(alert.record()));
        linger();
        return false;
    }

    private boolean mint(Tunnel through) {
        tunnel = through;
        var session = admission.hold();
        if (session == null) {
            client.closeAfterFlush();
            return false;
        }
        var organization = session.policy().organization();
        session.release();
        enter(Phase.HANDSHAKE);
        var self = getContext().getSelf();
        var unused = services.authorities()
                .leaf(organization, through.host())
                .whenComplete((context, failure) -> self.tell(new LeafReady(context, failure)));
        return false;
    }

    private Behavior<Message> onLeaf(LeafReady leaf) {
        if (leaf.context() == null) {
            log.atError().setCause(leaf.failure()).log("there is no certificate to show");
            alert(Alert.INTERNAL_ERROR);
            return pump();
        }
        var handler = leaf.context().newHandler(client.channel().alloc());
        handler.setHandshakeTimeoutMillis(services.limits().handshake().toMillis());
        client.channel().pipeline().addFirst(handler);
        client.replay();
        return pump();
    }

    // ---- time

    private Behavior<Message> onTick() {
        var limits = services.limits();
        long now = System.nanoTime();
        switch (phase) {
            case HEAD -> {
                var limit = heads.hasBegun() ? limits.headTimeout() : limits.keepAlive();
                if (now - since > limit.toNanos()) {
                    if (heads.hasBegun()) {
                        answerAndClose(Problem.tooSlow());
                        return pump();
                    }
                    client.closeAfterFlush();
                }
            }
            case HELLO, HANDSHAKE -> closeAfter(limits.headTimeout().plus(limits.handshake()), since, now);
            case DIALLING -> {
                // A name server may keep silent longer than any dial.
                if (now - since
                        > limits.dial().plus(limits.handshake()).multipliedBy(2).toNanos()) {
                    return failed(hangs());
                }
            }
            case EXCHANGE -> {
                if (now - lastActive() > limits.idle().toNanos()) {
                    return failed(hangs());
                }
            }
            case PIPE -> closeAfter(limits.idle(), lastActive(), now);
            case LINGER -> {}
        }
        return this;
    }

    private Problem hangs() {
        return exchange == null
                ? Problem.internal()
                : Problem.upstreamTooSlow(exchange.origin().host());
    }

    private void closeAfter(Duration limit, long from, long now) {
        if (now - from > limit.toNanos()) {
            var unused = client.channel().close();
        }
    }

    private long lastActive() {
        long last = Math.max(since, client.lastActive());
        return upstream == null ? last : Math.max(last, upstream.link().lastActive());
    }

    private void scheduleRelease() {
        if (!releaseIsDue && exchange != null && exchange.response().mayRelease()) {
            releaseIsDue = true;
            var self = getContext().getSelf();
            var unused = client.channel()
                    .eventLoop()
                    .schedule(() -> self.tell(Signal.RELEASE_HELD), RELEASE_HELD.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Behavior<Message> onReleaseHeld() {
        releaseIsDue = false;
        if (exchange != null) {
            exchange.response().release(client);
        }
        return pump();
    }

    private Behavior<Message> onStop() {
        stopped = true;
        var unused = ticking.cancel(false);
        partFromUpstream();
        if (exchange != null) {
            exchange.close();
            exchange = null;
        }
        client.dispose();
        return this;
    }
}
