package dev.sealbox.server.host;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.receptionist.Receptionist;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.placement.HostState;
import dev.sealbox.domain.sandbox.HostUnreachable;
import dev.sealbox.domain.sandbox.Limits;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which hosts are in the cluster now, and where: kept by an actor, read from any thread. */
public final class HostDirectory {
    private static final Logger log = LoggerFactory.getLogger(HostDirectory.class);

    /** How old what is known of a host's disk may be. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private volatile Map<HostId, ActorRef<HostMessage>> hosts = Map.of();
    private volatile Map<HostId, HostState> states = Map.of();
    private final Map<HostId, HostState> since = new ConcurrentHashMap<>();
    private final Map<Address, HostId> addresses = new ConcurrentHashMap<>();
    private final Set<Question> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicLong questions = new AtomicLong();
    private final Map<HostId, Long> newest = new HashMap<>();

    /** Put to a host, and not answered yet; as an identity. */
    private static final class Question {
        private final ActorRef<HostMessage> asked;
        private final CompletableFuture<HostReply> answer;

        private Question(ActorRef<HostMessage> asked, CompletableFuture<HostReply> answer) {
            this.asked = asked;
            this.answer = answer;
        }
    }

    /** @param question its number: a later one has the newer answer, in whatever order answers come */
    record Told(HostState state, long question) {}

    /** What the directory's actor hears. */
    public sealed interface Heard {
        record Present(Set<ActorRef<HostMessage>> refs) implements Heard {}

        record Introduced(Told told, ActorRef<HostMessage> ref) implements Heard {}

        record Looked(Told told) implements Heard {}

        enum Look implements Heard {
            AGAIN,
            IN_VAIN
        }

        record Silent(ActorRef<HostMessage> ref) implements Heard {}
    }

    /** Where a host is; empty when it is not in the cluster. */
    Optional<ActorRef<HostMessage>> find(HostId host) {
        return Optional.ofNullable(hosts.get(host));
    }

    /** Which host the member at {@code address} is or was; empty when it is none that was ever seen. */
    Optional<HostId> at(Address address) {
        return Optional.ofNullable(addresses.get(address));
    }

    /** The hosts that are in the cluster. */
    List<HostId> present() {
        return List.copyOf(hosts.keySet());
    }

    /** Whether the host is in the cluster. */
    public boolean knows(HostId host) {
        return hosts.containsKey(host);
    }

    /**
     * {@code answer}, which {@code ref} is to give, or a failure as soon as that host leaves the cluster or cannot be
     * reached any more, rather than when the time for the answer is over.
     */
    CompletionStage<HostReply> orUnreachable(
            HostId host, ActorRef<HostMessage> ref, CompletionStage<HostReply> answer) {
        var question = new Question(ref, answer.toCompletableFuture().copy());
        waiting.add(question);
        if (!ref.equals(hosts.get(host))) {
            question.answer.completeExceptionally(new HostUnreachable(host));
        }
        return question.answer.whenComplete((done, failure) -> waiting.remove(question));
    }

    private void become(Map<HostId, ActorRef<HostMessage>> present) {
        var former = hosts;
        hosts = Map.copyOf(present);
        former.forEach((host, ref) -> {
            if (!ref.equals(present.get(host))) {
                waiting.stream()
                        .filter(question -> question.asked.equals(ref))
                        .forEach(question -> question.answer.completeExceptionally(new HostUnreachable(host)));
            }
        });
    }

    /** Whether the disk there is nearly full, as the host said some seconds ago. */
    boolean isFull(HostId host) {
        return Optional.ofNullable(states.get(host)).map(HostState::diskFull).orElse(false);
    }

    /** Whether there are hosts, and the disks of all are nearly full. */
    boolean areAllFull() {
        var known = states();
        return !known.isEmpty() && known.stream().allMatch(HostState::diskFull);
    }

    /** The hosts that are in the cluster, as they told some seconds ago and with what they were asked to start since. */
    public List<HostState> states() {
        var told = states;
        return hosts.keySet().stream()
                .map(host -> Optional.ofNullable(since.get(host)).or(() -> Optional.ofNullable(told.get(host))))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The host is asked to start something of this size. */
    void promised(HostId host, Limits limits) {
        since.compute(host, (same, before) -> {
            var state = before == null ? states.get(host) : before;
            return state == null ? null : state.with(limits.size());
        });
    }

    /** The actor that keeps this directory up to date; one per directory. */
    public Behavior<Heard> keeper() {
        return keeper(LOOK_EVERY);
    }

    Behavior<Heard> keeper(Duration lookEvery) {
        return Behaviors.setup(context -> {
            var listings = context.messageAdapter(
                    Receptionist.Listing.class,
                    listing -> new Heard.Present(listing.getServiceInstances(HostActor.KEY)));
            context.getSystem().receptionist().tell(Receptionist.subscribe(HostActor.KEY, listings));
            return Behaviors.withTimers(timers -> {
                timers.startTimerWithFixedDelay(Heard.Look.AGAIN, lookEvery);
                return keeping(context);
            });
        });
    }

    private Behavior<Heard> keeping(ActorContext<Heard> context) {
        return Behaviors.receiveMessage(heard -> {
            switch (heard) {
                case Heard.Present(var refs) -> {
                    var present = new HashMap<>(hosts);
                    present.values().retainAll(refs);
                    refs.stream().filter(ref -> !present.containsValue(ref)).forEach(ref -> greet(context, ref));
                    become(present);
                }
                case Heard.Introduced(var told, var ref) -> {
                    var id = told.state().host();
                    note(told);
                    addresses.put(ref.path().address(), id);
                    var present = new HashMap<>(hosts);
                    present.put(id, ref);
                    become(present);
                }
                case Heard.Silent(var ref) -> greet(context, ref);
                case Heard.Looked(var told) -> note(told);
                case Heard.Look look -> {
                    if (look == Heard.Look.AGAIN) {
                        hosts.values().forEach(ref -> look(context, ref));
                    }
                }
            }
            return Behaviors.same();
        });
    }

    private void greet(ActorContext<Heard> context, ActorRef<HostMessage> ref) {
        var question = questions.incrementAndGet();
        context.ask(
                HostReply.class,
                ref,
                PATIENCE,
                HostMessage.WhoAreYou::new,
                (reply, failure) -> reply instanceof HostReply.IAm told
                        ? new Heard.Introduced(new Told(state(told), question), ref)
                        : new Heard.Silent(ref));
    }

    /** Asks one that is known how it is now. */
    private void look(ActorContext<Heard> context, ActorRef<HostMessage> ref) {
        var question = questions.incrementAndGet();
        context.ask(
                HostReply.class,
                ref,
                PATIENCE,
                HostMessage.WhoAreYou::new,
                (reply, failure) -> reply instanceof HostReply.IAm told
                        ? new Heard.Looked(new Told(state(told), question))
                        : Heard.Look.IN_VAIN);
    }

    private static HostState state(HostReply.IAm told) {
        return told.state().orElseGet(() -> HostState.untold(told.host(), told.full()));
    }

    /** Asks a host now, for whom some seconds are too long; complete when what it says counts. */
    public CompletionStage<Void> lookAt(HostId host, ActorSystem<?> system) {
        var question = questions.incrementAndGet();
        return find(host)
                .map(ref -> AskPattern.<HostMessage, HostReply>ask(
                                ref, HostMessage.WhoAreYou::new, PATIENCE, system.scheduler())
                        .thenAccept(reply -> {
                            if (reply instanceof HostReply.IAm told) {
                                note(new Told(state(told), question));
                            }
                        }))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    private synchronized void note(Told told) {
        var state = told.state();
        var host = state.host();
        if (newest.merge(host, told.question(), Math::max) > told.question()) {
            return;
        }
        if (isFull(host) != state.diskFull()) {
            log.info("the disk of host {} {}", host, state.diskFull() ? "is nearly full" : "has room again");
        }
        var changed = new HashMap<>(states);
        changed.put(host, state);
        states = Map.copyOf(changed);
        since.remove(host);
    }
}
