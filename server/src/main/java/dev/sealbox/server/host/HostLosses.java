package dev.sealbox.server.host;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent.MemberRemoved;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import dev.sealbox.domain.identity.HostId;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Sees hosts go for good. One that leaves cleanly comes back to its sandboxes and is none of these; one that was given up
 * is, unless it is back in time. Runs on each control node: a host that dies together with one of them is seen by the
 * others.
 */
public final class HostLosses {
    /** What is heard. */
    public sealed interface Heard {
        record Removed(MemberRemoved event) implements Heard {}

        record Due(HostId host) implements Heard {}

        record Told(HostId host, Optional<String> failure) implements Heard {}
    }

    /** Between two attempts to tell the sandboxes. */
    private static final Duration LEAST = Duration.ofMillis(500);

    private HostLosses() {}

    /**
     * Watches over the hosts of {@code directory}.
     *
     * @param grace how long a host may take to come back
     * @param lost what is to be done about one that did not; repeated after {@code grace} and somewhat more while it fails
     *     and the host is away
     */
    public static Behavior<Heard> watch(
            HostDirectory directory, Duration grace, Function<HostId, CompletionStage<Void>> lost) {
        return Behaviors.setup(context -> {
            var removals = context.messageAdapter(MemberRemoved.class, Heard.Removed::new);
            Cluster.get(context.getSystem()).subscriptions().tell(Subscribe.create(removals, MemberRemoved.class));
            return Behaviors.receiveMessage(heard -> {
                switch (heard) {
                    case Heard.Removed(var event) -> removed(context, directory, grace, event);
                    case Heard.Due(var host) -> {
                        if (!directory.knows(host)) {
                            context.getLog().warn("host {} is lost", host);
                            context.pipeToSelf(
                                    lost.apply(host),
                                    (done, failure) -> new Heard.Told(
                                            host, Optional.ofNullable(failure).map(Throwable::toString)));
                        }
                    }
                    case Heard.Told(var host, var failure) ->
                        failure.ifPresent(why -> {
                            context.getLog()
                                    .warn("not all sandboxes of host {} know that it is lost, yet: {}", host, why);
                            context.scheduleOnce(grace.plus(LEAST), context.getSelf(), new Heard.Due(host));
                        });
                }
                return Behaviors.same();
            });
        });
    }

    private static void removed(
            ActorContext<Heard> context, HostDirectory directory, Duration grace, MemberRemoved event) {
        if (event.previousStatus().equals(MemberStatus.down())) {
            directory
                    .at(event.member().address())
                    .ifPresent(host -> context.scheduleOnce(grace, context.getSelf(), new Heard.Due(host)));
        }
    }
}
