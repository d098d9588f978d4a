package dev.sealbox.server;

import akka.Done;
import akka.actor.AddressFromURIString;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.cluster.typed.JoinSeedNodes;
import akka.management.cluster.bootstrap.ClusterBootstrap;
import akka.management.javadsl.AkkaManagement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** This node as a member of its cluster, from joining to leaving. */
final class Membership {
    private final ActorSystem<?> system;
    private final CompletableFuture<Done> excluded = new CompletableFuture<>();
    private volatile boolean leaving;

    Membership(ActorSystem<?> system) {
        this.system = system;
        // Not when the actor system has ended: some of it may wait for those that are out of reach.
        CoordinatedShutdown.get(system)
                .addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "tell of the end", () -> {
                    if (!leaving) {
                        excluded.complete(Done.getInstance());
                    }
                    return CompletableFuture.completedFuture(Done.getInstance());
                });
    }

    /**
     * Joins the nodes at {@code seeds}, {@code host:port} each, or begins a cluster of its own when there are none.
     *
     * @param found whether nodes are to be found instead, see {@link Discovery}
     * @throws StartFailure when that takes longer than {@code limit}
     */
    void enter(List<String> seeds, boolean found, Duration limit) {
        var cluster = Cluster.get(system);
        if (found) {
            Waiting.on(
                    "listen for other nodes",
                    AkkaManagement.get(system.classicSystem()).start());
            ClusterBootstrap.get(system.classicSystem()).start();
        } else if (seeds.isEmpty()) {
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
        } else {
            cluster.manager()
                    .tell(new JoinSeedNodes(seeds.stream()
                            .map(seed -> AddressFromURIString.parse("akka://sealbox@" + seed))
                            .toList()));
        }
        Waiting.until("join the cluster", limit, () -> status().equals(MemberStatus.up()));
    }

    private MemberStatus status() {
        return Cluster.get(system).selfMember().status();
    }

    /**
     * Has {@code act} run when the process gets a signal to end. Akka's transport closes its connections by a hook of its own,
     * at once unless it knows of others: the rest of the cluster would give this node up rather than see it leave.
     */
    void whenToldToEnd(Runnable act) {
        CoordinatedShutdown.get(system).addJvmShutdownHook(act);
    }

    /** Hands over what this node holds, leaves, and ends the actor system. */
    void leave() {
        leaving = true;
        Waiting.on(
                "leave the cluster",
                CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.actorSystemTerminateReason()));
    }

    /** Complete when the others have gone on without this node, or it has given up as part of a minority. */
    CompletionStage<Done> excluded() {
        return excluded;
    }

    /** One line about why this node is no usable member; empty when it is. */
    String trouble() {
        return leaving ? "this node leaves" : status().equals(MemberStatus.up()) ? "" : "this node is " + status();
    }
}
