package dev.sealbox.server.host;

import akka.actor.typed.ActorRef;
import dev.sealbox.persistence.serialization.ClusterMessage;

/** What hosts and control nodes say to each other about leases. */
public sealed interface LeaseMessage {

    /** Are you there? Answered by control nodes. */
    record Ask(long round, ActorRef<Granted> replyTo) implements LeaseMessage, ClusterMessage {}

    /** To the host that asked in that round. */
    record Granted(long round) implements ClusterMessage {}
}
