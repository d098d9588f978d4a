package dev.sealbox.http;

import akka.Done;
import akka.NotUsed;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Keep;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.sealbox.domain.preview.PortConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A connection to a sandbox's port as streams. */
final class PortFlow {
    /** Bytes that are sent at once: what a message between nodes holds. */
    private static final int PIECE = 32 << 10;

    private PortFlow() {}

    /** What the program says. The connection is closed when it ends, breaks, or nobody listens any more. */
    static Source<ByteString, NotUsed> output(PortConnection connection) {
        return Source.unfoldResourceAsync(
                () -> CompletableFuture.completedFuture(connection),
                held -> held.receive().thenApply(bytes -> bytes.map(ByteString::fromArrayUnsafe)),
                held -> {
                    held.close();
                    return CompletableFuture.completedFuture(Done.getInstance());
                });
    }

    /** What the program is told; its end does not close the connection, since an answer may still come. */
    static Sink<ByteString, CompletionStage<Done>> input(PortConnection connection) {
        return Flow.<ByteString>create()
                .mapConcat(PortFlow::pieces)
                .mapAsync(1, piece -> connection.send(piece.toArray()))
                .toMat(Sink.ignore(), Keep.right());
    }

    /** For one exchange: a side that breaks takes the other one along. */
    static Flow<ByteString, ByteString, NotUsed> both(PortConnection connection) {
        var input = input(connection)
                .mapMaterializedValue(done -> done.whenComplete((end, failure) -> {
                    if (failure != null) {
                        connection.close();
                    }
                }));
        return Flow.fromSinkAndSource(input, output(connection));
    }

    private static List<ByteString> pieces(ByteString bytes) {
        if (bytes.size() <= PIECE) {
            return List.of(bytes);
        }
        var pieces = new ArrayList<ByteString>();
        for (var rest = bytes; !rest.isEmpty(); rest = rest.drop(PIECE)) {
            pieces.add(rest.take(PIECE));
        }
        return pieces;
    }
}
