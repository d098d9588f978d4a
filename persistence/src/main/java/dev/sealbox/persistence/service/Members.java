package dev.sealbox.persistence.service;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import java.util.stream.StreamSupport;

/**
 * The processes that are in the cluster now, by the number that each draws when it starts: what a process had in hand
 * whose number is gone will not be finished.
 */
final class Members {
    private final Cluster cluster;

    Members(ActorSystem<?> system) {
        this.cluster = Cluster.get(system);
    }

    long me() {
        return cluster.selfMember().uniqueAddress().longUid();
    }

    boolean isMe(long number) {
        return me() == number;
    }

    boolean has(long number) {
        return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
                .anyMatch(member -> member.uniqueAddress().longUid() == number);
    }
}
