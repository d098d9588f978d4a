package dev.sealbox.proxy.tunnel;

import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.Behaviors;
import dev.sealbox.proxy.session.Admission;
import dev.sealbox.proxy.transport.EventLoops.Loop;
import dev.sealbox.proxy.transport.Link;
import java.util.concurrent.CompletableFuture;

/** The connections of one event loop: makes an actor for each, and outlives the failure of any. */
public final class LoopActor {
    private LoopActor() {}

    /** What it is told. */
    public sealed interface Message {}

    /** A client has connected; its channel is of the actor's loop. */
    public record Accepted(Link client, Entry entry, Admission admission) implements Message {}

    /** End with all connections, then complete {@code done}. */
    public record Stop(CompletableFuture<Void> done) implements Message {}

    /**
     * The actor of that loop.
     *
     * @param services with the pool of that loop
     */
    public static Behavior<Message> of(Loop loop, Services services) {
        return Behaviors.setup(context -> Behaviors.receive(Message.class)
                .onMessage(Accepted.class, accepted -> {
                    var unused = context.spawnAnonymous(
                            ClientConnection.of(accepted.client(), accepted.entry(), accepted.admission(), services),
                            loop.dispatcher());
                    return Behaviors.same();
                })
                .onMessage(
                        Stop.class,
                        stop -> Behaviors.stopped(() -> {
                            services.pool().close();
                            stop.done().complete(null);
                        }))
                .onSignal(PostStop.class, unused -> {
                    services.pool().close();
                    return Behaviors.same();
                })
                .build());
    }
}
