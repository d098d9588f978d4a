package dev.sealbox.server.host;

import akka.stream.Materializer;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.StreamRefs;
import akka.util.ByteString;
import akka.util.ByteStringBuilder;
import dev.sealbox.domain.sandbox.CommandResult;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** How what a command wrote travels: in the answer, or, when that would be too large for a message, as a stream. */
final class LongResult {
    /** Characters, of three bytes at the most; far below the largest message, and larger than most answers. */
    static final int IN_A_MESSAGE = 256 * 1024;

    private static final int PIECE = 64 * 1024;

    private LongResult() {}

    static HostReply offered(CommandResult result, Materializer streams) {
        if (result.stdout().length() + result.stderr().length() <= IN_A_MESSAGE) {
            return new HostReply.CommandEnded(result);
        }
        var stdout = ByteString.fromArrayUnsafe(result.stdout().getBytes(StandardCharsets.UTF_8));
        var all = stdout.concat(ByteString.fromArrayUnsafe(result.stderr().getBytes(StandardCharsets.UTF_8)));
        var pieces = Source.fromJavaStream(() -> IntStream.iterate(0, at -> at < all.size(), at -> at + PIECE)
                .<ByteString>mapToObj(
                        at -> all.slice(at, Math.min(at + PIECE, all.size())).compact()));
        return new HostReply.LongCommandEnded(
                result.exitCode(), stdout.size(), pieces.runWith(StreamRefs.sourceRef(), streams));
    }

    static CompletionStage<CommandResult> taken(HostReply.LongCommandEnded ended, Materializer streams) {
        return ended.output()
                .getSource()
                .runWith(Sink.fold(new ByteStringBuilder(), ByteStringBuilder::append), streams)
                .thenApply(ByteStringBuilder::result)
                .thenApply(all -> new CommandResult(
                        ended.exitCode(),
                        all.take((int) ended.stdoutBytes()).utf8String(),
                        all.drop((int) ended.stdoutBytes()).utf8String()));
    }
}
