package dev.sealbox.server.host;

import akka.Done;
import akka.NotUsed;
import akka.stream.Materializer;
import akka.stream.OverflowStrategy;
import akka.stream.StreamRefAttributes;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.SinkQueueWithCancel;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.SourceQueueWithComplete;
import akka.stream.javadsl.StreamRefs;
import akka.util.ByteString;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.SessionFrame;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An {@link Attachment} that crosses from a sandbox's host to whoever serves its client: two streams with backpressure. */
final class AttachmentStreams {
    /** Frames on their way; what a client may be behind is kept on the host, in the session's scrollback. */
    private static final int ON_THE_WAY = 8;

    private AttachmentStreams() {}

    /** The host's side. It leaves the session when the other side does, or does not come. */
    static HostReply offered(Attachment attachment, Materializer streams) {
        var output = Source.unfoldResourceAsync(
                        () -> CompletableFuture.completedFuture(attachment),
                        held -> held.next()
                                .thenApply(
                                        frame -> frame.map(SessionFrame::bytes).map(ByteString::fromArrayUnsafe)),
                        held -> {
                            held.close();
                            return CompletableFuture.completedFuture(Done.getInstance());
                        })
                .addAttributes(StreamRefAttributes.bufferCapacity(ON_THE_WAY))
                .runWith(StreamRefs.<ByteString>sourceRef().addAttributes(bounded()), streams);
        var input = StreamRefs.<ByteString>sinkRef()
                .addAttributes(bounded())
                .via(piecewise(attachment))
                .to(Sink.ignore())
                .run(streams);
        return new HostReply.Attached(output, input);
    }

    private static Flow<ByteString, Unit, NotUsed> piecewise(Attachment attachment) {
        return Flow.<ByteString>create().mapAsync(1, bytes -> attachment.send(bytes.toArrayUnsafe()));
    }

    private static akka.stream.Attributes bounded() {
        return StreamRefAttributes.bufferCapacity(ON_THE_WAY);
    }

    /** The other side. */
    static Attachment taken(HostReply.Attached attached, Materializer streams) {
        var output = attached.output().getSource().runWith(Sink.<ByteString>queue(), streams);
        var input = Source.<ByteString>queue(1, OverflowStrategy.backpressure())
                .toMat(attached.input().getSink(), Keep.left())
                .run(streams);
        return new Taken(output, input);
    }

    private record Taken(SinkQueueWithCancel<ByteString> output, SourceQueueWithComplete<ByteString> input)
            implements Attachment {

        /** A host that is gone has no more to say. */
        @Override
        public CompletionStage<Optional<SessionFrame>> next() {
            return output.pull()
                    .thenApply(frame -> frame.map(ByteString::toArrayUnsafe).map(SessionFrame::of))
                    .exceptionally(failure -> Optional.empty());
        }

        @Override
        public CompletionStage<Unit> send(byte[] bytes) {
            return input.offer(ByteString.fromArrayUnsafe(bytes)).handle((taken, failure) -> Unit.DONE);
        }

        @Override
        public void close() {
            output.cancel();
            input.complete();
        }
    }
}
