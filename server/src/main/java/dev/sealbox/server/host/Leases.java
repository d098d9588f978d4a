package dev.sealbox.server.host;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import akka.actor.typed.receptionist.ServiceKey;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.time.Duration;
import java.util.Set;
import java.util.stream.StreamSupport;

/** How a host's lease is renewed: it asks all control nodes, again and again, and counts those that answer in time. */
public final class Leases {
    private static final ServiceKey<LeaseMessage.Ask> KEY = ServiceKey.create(LeaseMessage.Ask.class, "leases");

    /** So that some rounds may be lost before the lease is. */
    private static final int ROUNDS = 6;

    private static final Duration LONGEST_ROUND = Duration.ofSeconds(5);

    private Leases() {}

    /** What a host's keeper hears. */
    public sealed interface Heard {
        record Tick() implements Heard {}

        record Present(Set<ActorRef<LeaseMessage.Ask>> controls) implements Heard {}

        record Answer(long round) implements Heard {}
    }

    /** Answers hosts; on each control node. */
    public static Behavior<LeaseMessage.Ask> granting() {
        return Behaviors.setup(context -> {
            context.getSystem().receptionist().tell(Receptionist.register(KEY, context.getSelf()));
            return Behaviors.receiveMessage(ask -> {
                ask.replyTo().tell(new LeaseMessage.Granted(ask.round()));
                return Behaviors.same();
            });
        });
    }

    /** Keeps {@code lease} renewed; on each host. */
    public static Behavior<Heard> keeping(Lease lease) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            var listings = context.messageAdapter(
                    Receptionist.Listing.class, listing -> new Heard.Present(listing.getAllServiceInstances(KEY)));
            context.getSystem().receptionist().tell(Receptionist.subscribe(KEY, listings));
            var round = lease.length().dividedBy(ROUNDS);
            timers.startTimerWithFixedDelay(
                    new Heard.Tick(), round.compareTo(LONGEST_ROUND) < 0 ? round : LONGEST_ROUND);
            return new Keeper(context, lease).behavior();
        }));
    }

    /** One host's rounds. Belongs to its actor. */
    private static final class Keeper {
        private final ActorContext<Heard> context;
        private final Lease lease;
        private final ActorRef<LeaseMessage.Granted> answers;
        private Set<ActorRef<LeaseMessage.Ask>> controls = Set.of();
        private long round;
        private long asked;
        private int answered;

        private Keeper(ActorContext<Heard> context, Lease lease) {
            this.context = context;
            this.lease = lease;
            this.answers =
                    context.messageAdapter(LeaseMessage.Granted.class, granted -> new Heard.Answer(granted.round()));
        }

        private Behavior<Heard> behavior() {
            return Behaviors.receiveMessage(heard -> {
                switch (heard) {
                    case Heard.Present(var present) -> {
                        controls = present;
                        ask();
                    }
                    case Heard.Tick() -> ask();
                    case Heard.Answer(var number) -> {
                        if (number == round && 2L * ++answered > members()) {
                            lease.granted(asked);
                        }
                    }
                }
                return Behaviors.same();
            });
        }

        private void ask() {
            round++;
            answered = 0;
            asked = lease.now();
            controls.forEach(control -> control.tell(new LeaseMessage.Ask(round, answers)));
        }

        /** How many control nodes the cluster has, as far as this one knows; those that do not answer are counted. */
        private long members() {
            return StreamSupport.stream(
                            Cluster.get(context.getSystem())
                                    .state()
                                    .getMembers()
                                    .spliterator(),
                            false)
                    .filter(member ->
                            member.hasRole("control") && !member.status().equals(MemberStatus.removed()))
                    .count();
        }
    }
}
