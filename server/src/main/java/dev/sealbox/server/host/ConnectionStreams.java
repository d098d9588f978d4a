package dev.sealbox.server.host;

import akka.Done;
import akka.stream.Attributes;
import akka.stream.Materializer;
import akka.stream.OverflowStrategy;
import akka.stream.QueueOfferResult;
import akka.stream.StreamRefAttributes;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.SinkQueueWithCancel;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.SourceQueueWithComplete;
import akka.stream.javadsl.StreamRefs;
import akka.util.ByteString;
import dev.sealbox.domain.Unit;
import dev.sealbox.domain.preview.PortConnection;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A {@link PortConnection} that crosses from a sandbox's host to whoever serves the visitor: two streams with
 * backpressure. Unlike a session's, it tells an end from a break, since what it carries may be cut off.
 */
final class ConnectionStreams {
    /** Pieces on their way, in each direction; one is 64 KiB at most. */
    private static final int ON_THE_WAY = 4;

    private ConnectionStreams() {}

    /** The host's side. It hangs up when the other side does, does not come, or cannot be heard any more. */
    static HostReply offered(PortConnection connection, Materializer streams) {
        var output = Source.unfoldResourceAsync(
                        () -> CompletableFuture.completedFuture(connection),
                        held -> held.receive().thenApply(bytes -> bytes.map(ByteString::fromArrayUnsafe)),
                        held -> {
                            held.close();
                            return CompletableFuture.completedFuture(Done.getInstance());
                        })
                .addAttributes(bounded())
                .runWith(StreamRefs.<ByteString>sourceRef().addAttributes(bounded()), streams);
        var input = StreamRefs.<ByteString>sinkRef()
                .addAttributes(bounded())
                .mapAsync(1, bytes -> connection.send(bytes.toArrayUnsafe()))
                .toMat(Sink.ignore(), Keep.both())
                .run(streams);
        input.second().whenComplete((done, failure) -> {
            if (failure != null) {
                connection.close();
            }
        });
        return new HostReply.Connected(output, input.first());
    }

    private static Attributes bounded() {
        return StreamRefAttributes.bufferCapacity(ON_THE_WAY);
    }

    /** The other side. */
    static PortConnection taken(HostReply.Connected connected, Materializer streams) {
        var output = connected.output().getSource().runWith(Sink.<ByteString>queue(), streams);
        var input = Source.<ByteString>queue(1, OverflowStrategy.backpressure())
                .toMat(connected.input().getSink(), Keep.left())
                .run(streams);
        return new Taken(output, input);
    }

    private record Taken(SinkQueueWithCancel<ByteString> output, SourceQueueWithComplete<ByteString> input)
            implements PortConnection {

        @Override
        public CompletionStage<Optional<byte[]>> receive() {
            return output.pull().thenApply(bytes -> bytes.map(ByteString::toArrayUnsafe));
        }

        @Override
        public CompletionStage<Unit> send(byte[] bytes) {
            return input.offer(ByteString.fromArrayUnsafe(bytes))
                    .thenCompose(result -> result.equals(QueueOfferResult.enqueued())
                            ? CompletableFuture.completedFuture(Unit.DONE)
                            : CompletableFuture.failedFuture(new IOException("the connection is closed")));
        }

        @Override
        public void close() {
            output.cancel();
            input.complete();
        }
    }
}
