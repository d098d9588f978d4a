package dev.sealbox.server.host;

import akka.actor.typed.ActorRef;
import akka.stream.SourceRef;
import akka.util.ByteString;
import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.Incoming;
import dev.sealbox.domain.preview.PreviewPort;
import dev.sealbox.domain.sandbox.Command;
import dev.sealbox.domain.sandbox.SandboxHosts;
import dev.sealbox.domain.sandbox.StartSandbox;
import dev.sealbox.domain.sandbox.Terms;
import dev.sealbox.domain.session.SessionAction;
import dev.sealbox.domain.session.SessionId;
import dev.sealbox.persistence.serialization.ClusterMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** What the cluster asks of a host. Values travel only encrypted. */
public sealed interface HostMessage extends ClusterMessage {

    /** Who is told what has come of it. */
    ActorRef<HostReply> replyTo();

    record WhoAreYou(ActorRef<HostReply> replyTo) implements HostMessage {}

    record Start(StartSandbox start, ActorRef<HostReply> replyTo) implements HostMessage {}

    record Enforce(EgressPolicy policy, ActorRef<HostReply> replyTo) implements HostMessage {}

    /**
     * Put a sandbox to sleep.
     *
     * @param image what to make of the disk for others; empty also from a node of an earlier version
     * @param processes whether to keep them; false also from a node of an earlier version
     */
    record Hibernate(
            SandboxId sandbox, Optional<SandboxHosts.Image> image, boolean processes, ActorRef<HostReply> replyTo)
            implements HostMessage {}

    /** Make a layer of the disk of one that sleeps, and keep it for other hosts. */
    record MakeImage(SandboxId sandbox, SandboxHosts.Image image, ActorRef<HostReply> replyTo) implements HostMessage {}

    /** Empty the host, or let it fill again. */
    record Drain(boolean on, ActorRef<HostReply> replyTo) implements HostMessage {}

    record Adjust(SandboxId sandbox, Terms terms, boolean restart, ActorRef<HostReply> replyTo)
            implements HostMessage {}

    record WeighMemory(SandboxId sandbox, ActorRef<HostReply> replyTo) implements HostMessage {}

    record Use(SandboxId sandbox, ActorRef<HostReply> replyTo) implements HostMessage {}

    record Stop(SandboxId sandbox, ActorRef<HostReply> replyTo) implements HostMessage {}

    /** {@code memory} is whether processes are wanted, too; false also from a node of an earlier version. */
    record TakeCheckpoint(SandboxId sandbox, CheckpointId checkpoint, boolean memory, ActorRef<HostReply> replyTo)
            implements HostMessage {}

    record Discard(CheckpointId checkpoint, ActorRef<HostReply> replyTo) implements HostMessage {}

    record PackLayers(List<CheckpointId> layers, ActorRef<HostReply> replyTo) implements HostMessage {}

    /** Whether the host has a layer, for another host that lacks it. */
    record FindLayer(CheckpointId layer, ActorRef<HostReply> replyTo) implements HostMessage {}

    /**
     * As {@link PackLayers} of one, for another host: it waits for its turn.
     *
     * @param rest only this of it; empty also from a node of an earlier version
     */
    record FetchLayer(CheckpointId layer, Optional<Rest> rest, ActorRef<HostReply> replyTo) implements HostMessage {}

    /**
     * What is left of a transfer that broke off.
     *
     * @param digest of all that was on the way
     * @param from how many bytes of it have come
     */
    record Rest(String digest, long from) {}

    record UnpackLayer(CheckpointId layer, Incoming how, SourceRef<ByteString> content, ActorRef<HostReply> replyTo)
            implements HostMessage {}

    record RunCommand(SandboxId sandbox, Command command, ActorRef<HostReply> replyTo) implements HostMessage {}

    record ReadFile(SandboxId sandbox, String path, ActorRef<HostReply> replyTo) implements HostMessage {}

    record WriteFile(SandboxId sandbox, String path, SourceRef<ByteString> content, ActorRef<HostReply> replyTo)
            implements HostMessage {}

    record WriteSmallFile(SandboxId sandbox, String path, ByteBuffer content, ActorRef<HostReply> replyTo)
            implements HostMessage {}

    record ListFiles(SandboxId sandbox, String path, ActorRef<HostReply> replyTo) implements HostMessage {}

    record MakeDirectory(SandboxId sandbox, String path, ActorRef<HostReply> replyTo) implements HostMessage {}

    record RemoveFile(SandboxId sandbox, String path, ActorRef<HostReply> replyTo) implements HostMessage {}

    record Act(SandboxId sandbox, SessionAction action, ActorRef<HostReply> replyTo) implements HostMessage {}

    record ListSessions(SandboxId sandbox, ActorRef<HostReply> replyTo) implements HostMessage {}

    record Connect(SandboxId sandbox, PreviewPort port, ActorRef<HostReply> replyTo) implements HostMessage {}

    record Attach(SandboxId sandbox, SessionId session, boolean terminal, ActorRef<HostReply> replyTo)
            implements HostMessage {}
}
