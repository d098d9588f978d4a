package dev.sealbox.proxy.tunnel;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import dev.sealbox.proxy.session.Admission;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.transport.LinkOwner;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A client's connection from its first byte to its last: read a request, decide, connect, exchange, and again.
 *
 * <p>Runs in the event loop of its channels, so it calls them directly. It takes bytes from one side only while the
 * other can be written, which holds a fast sender back to the pace of a slow reader. What it does at any moment is its
 * {@link Phase}; the decisions are in {@link RequestCheck}, the steps of an exchange in {@link RequestFlow} and
 * {@link ResponseFlow}.
 */
public final class ClientConnection extends AbstractBehavior<ClientConnection.Message> {
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration RELEASE_HELD = Duration.ofMillis(20);

    /** What the actor is told; only by its own channels and its own doings. */
    public enum Message {
        /** Something that the phase may have waited for has happened. */
        GO_ON,
        /** The handshake with the client is done. */
        SECURED,
        /** The client is gone. */
        CLOSED,
        TICK,
        RELEASE_HELD
    }

    private final Link client;
    private final UpstreamSide upstream;
    private final ScheduledFuture<?> ticking;

    private Phase phase;
    private boolean releaseIsDue;

    /** The owner of {@code client}, which must be in the same event loop as the actor. */
    public static Behavior<Message> of(Link client, Entry entry, Admission admission, Services services) {
        return Behaviors.setup(context -> new ClientConnection(context, client, entry, admission, services));
    }

    private ClientConnection(
            ActorContext<Message> context, Link client, Entry entry, Admission admission, Services services) {
        super(context);
        var self = context.getSelf();
        this.client = client;
        this.upstream = new UpstreamSide(services.pool(), () -> self.tell(Message.GO_ON));
        var conversation = new Conversation(
                client, entry, admission, services, upstream, () -> self.tell(Message.GO_ON), null, null);
        this.phase = switch (entry) {
            case TLS -> new AwaitingHello(conversation);
            case TCP -> Direct.begin(conversation);
            case EXPLICIT, HTTP -> new AwaitingRequest(conversation);
        };
        client.ownedBy((link, event) -> self.tell(told(event)));
        this.ticking = client.channel()
                .eventLoop()
                .scheduleAtFixedRate(
                        () -> self.tell(Message.TICK), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
        self.tell(client.isOpen() ? Message.GO_ON : Message.CLOSED);
    }

    private static Message told(LinkOwner.Event event) {
        return switch (event) {
            case READABLE, WRITABLE -> Message.GO_ON;
            case SECURED -> Message.SECURED;
            case CLOSED -> Message.CLOSED;
        };
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Message.class, this::on)
                .onSignal(PostStop.class, unused -> onStop())
                .build();
    }

    private Behavior<Message> on(Message message) {
        return switch (message) {
            case GO_ON -> pump();
            case SECURED -> onSecured();
            case CLOSED -> onClosed();
            case TICK -> onTick();
            case RELEASE_HELD -> onReleaseHeld();
        };
    }

    /** Does all that can be done now, then sends what was written and makes room for more. */
    private Behavior<Message> pump() {
        for (var next = phase.step(); !next.equals(phase); next = phase.step()) {
            phase = next;
        }
        client.flush();
        client.consumed();
        upstream.settle();
        scheduleRelease();
        if (!phase.outlivesInput()) {
            client.releaseEnd();
            if (client.hasEnded()) {
                client.closeAfterFlush();
            }
        }
        return this;
    }

    private Behavior<Message> onSecured() {
        if (phase instanceof Handshaking handshaking) {
            phase = handshaking.secured();
        }
        return pump();
    }

    private Behavior<Message> onClosed() {
        if (phase instanceof Handshaking handshaking) {
            handshaking.brokenOff();
        }
        return Behaviors.stopped();
    }

    private Behavior<Message> onTick() {
        var next = phase.tick(System.nanoTime());
        if (next.equals(phase)) {
            return this;
        }
        phase = next;
        return pump();
    }

    private void scheduleRelease() {
        if (!releaseIsDue && phase.mayRelease()) {
            releaseIsDue = true;
            var self = getContext().getSelf();
            var unused = client.channel()
                    .eventLoop()
                    .schedule(() -> self.tell(Message.RELEASE_HELD), RELEASE_HELD.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private Behavior<Message> onReleaseHeld() {
        releaseIsDue = false;
        phase.release();
        return pump();
    }

    private Behavior<Message> onStop() {
        var unused = ticking.cancel(false);
        phase.close();
        upstream.park();
        client.dispose();
        return this;
    }
}
