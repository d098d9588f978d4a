package dev.sealbox.server.host;

import akka.stream.SinkRef;
import akka.stream.SourceRef;
import akka.util.ByteString;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.domain.layer.ArchiveRefusal;
import dev.sealbox.domain.layer.HeldLayer;
import dev.sealbox.domain.layer.Unpacked;
import dev.sealbox.domain.placement.HostState;
import dev.sealbox.domain.preview.PreviewRefusal;
import dev.sealbox.domain.sandbox.CommandResult;
import dev.sealbox.domain.sandbox.FileEntry;
import dev.sealbox.domain.sandbox.FileRefusal;
import dev.sealbox.domain.session.SessionRefusal;
import dev.sealbox.domain.session.SessionView;
import dev.sealbox.persistence.serialization.ClusterMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** What a host answers. */
public sealed interface HostReply extends ClusterMessage {

    /**
     * How the host is.
     *
     * @param full when nothing new is to be begun there
     * @param state empty from a host of an earlier version
     */
    record IAm(HostId host, boolean full, Optional<HostState> state) implements HostReply {}

    /** It has promised too much to others for what was to be started; nothing was begun. */
    record Full() implements HostReply {}

    record Finished() implements HostReply {}

    /** To a start that is to go on with the processes that were kept; to others it is {@link Finished}, as ever. */
    record Started(boolean resumed) implements HostReply {}

    /**
     * It sleeps.
     *
     * @param image the layer that was made of the disk; empty also from a host of an earlier version
     * @param processes whether they were kept; false also from a host of an earlier version
     */
    record Hibernated(long keptBytes, Optional<CheckpointId> image, boolean processes) implements HostReply {}

    /** {@code made} is false for want of room. */
    record ImageMade(boolean made) implements HostReply {}

    record MemoryWeighed(long bytes) implements HostReply {}

    /** {@code memory} is false also from a host of an earlier version. */
    record LayerTaken(long sizeBytes, boolean memory) implements HostReply {}

    /** {@code packed} is empty for what cannot be asked for again in part, and from a host of an earlier version. */
    record LayersPacked(SourceRef<ByteString> content, Optional<Packed> packed) implements HostReply {}

    /**
     * What is on its way, of which the rest can be asked for when that breaks.
     *
     * @param digest of all of it, in hex
     * @param size of all of it, in bytes
     */
    record Packed(String digest, long size) {}

    /** Empty when the host has it not. */
    record LayerFound(Optional<HeldLayer> held) implements HostReply {}

    record LayerUnpacked(Unpacked layer) implements HostReply {}

    record ArchiveRefused(ArchiveRefusal reason) implements HostReply {}

    record CommandEnded(CommandResult result) implements HostReply {}

    /** The output of one that wrote much: {@code stdoutBytes} of it on standard output, and then what it wrote on the other. */
    record LongCommandEnded(int exitCode, long stdoutBytes, SourceRef<ByteString> output) implements HostReply {}

    record FileOpened(SourceRef<ByteString> content) implements HostReply {}

    record SmallFileRead(ByteBuffer content) implements HostReply {}

    record FilesListed(List<FileEntry> entries) implements HostReply {}

    record FileRefused(FileRefusal reason) implements HostReply {}

    record SessionIs(SessionView session) implements HostReply {}

    record SessionsListed(List<SessionView> sessions) implements HostReply {}

    /** {@code output} are whole frames, {@code input} pieces of what the process reads. */
    record Attached(SourceRef<ByteString> output, SinkRef<ByteString> input) implements HostReply {}

    /** Bytes, as they come and as they are to go. */
    record Connected(SourceRef<ByteString> output, SinkRef<ByteString> input) implements HostReply {}

    record ConnectionRefused(PreviewRefusal reason) implements HostReply {}

    record SessionRefused(SessionRefusal reason) implements HostReply {}

    /** The sandbox has no container here. */
    record NotHere(SandboxId sandbox) implements HostReply {}

    /** The sandbox is just being put to sleep here, and what was asked has not begun. */
    record Resting(SandboxId sandbox) implements HostReply {}

    /** A step failed; {@code what} names it and holds no secret. */
    record Failed(String what) implements HostReply {}
}
