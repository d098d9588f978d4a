package dev.sealbox.http;

import akka.Done;
import akka.NotUsed;
import akka.http.javadsl.model.HttpResponse;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Sink;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import dev.sealbox.domain.session.Attachment;
import dev.sealbox.domain.session.SessionFrame;
import dev.sealbox.http.WebSocketFrames.Received;
import dev.sealbox.http.WebSocketFrames.Sent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A WebSocket whose other end is a session: frames with a type for commands, bare bytes for terminals. */
final class SessionSockets {
    private static final byte STDIN = 0x00;

    /** Within which an answered handshake is a WebSocket, or its client has gone meanwhile. */
    private static final Executor MUCH_LATER = CompletableFuture.delayedExecutor(30, TimeUnit.SECONDS);

    private SessionSockets() {}

    /** PROTOCOLS 2. */
    static HttpResponse command(WebSockets.Upgrade upgrade, Attachment attachment) {
        return upgrade.to(
                input(attachment, SessionSockets::typedInput), output(attachment, SessionSockets::typedOutput));
    }

    /** PROTOCOLS 3. */
    static HttpResponse terminal(WebSockets.Upgrade upgrade, Attachment attachment) {
        return upgrade.to(input(attachment, Received::bytes), output(attachment, SessionSockets::bareOutput));
    }

    private interface Reading {
        ByteString from(Received message);
    }

    private interface Writing {
        List<Sent> of(SessionFrame frame);
    }

    private static Sink<Received, NotUsed> input(Attachment attachment, Reading reading) {
        return Flow.<Received>create()
                .map(reading::from)
                .mapConcat(SessionSockets::pieces)
                .mapAsync(1, piece -> attachment.send(piece.toArrayUnsafe()))
                .to(Sink.ignore());
    }

    private static List<ByteString> pieces(ByteString bytes) {
        var pieces = new ArrayList<ByteString>();
        for (var rest = bytes; !rest.isEmpty(); rest = rest.drop(Attachment.LARGEST_INPUT)) {
            pieces.add(rest.take(Attachment.LARGEST_INPUT));
        }
        return pieces;
    }

    private static ByteString typedInput(Received message) {
        var bytes = message.bytes();
        var isInput = !message.text() && !bytes.isEmpty() && bytes.apply(0) == STDIN;
        return isInput ? bytes.drop(1) : ByteString.emptyByteString();
    }

    private static Source<Sent, NotUsed> output(Attachment attachment, Writing writing) {
        var begun = new AtomicBoolean();
        MUCH_LATER.execute(() -> {
            if (!begun.get()) {
                attachment.close();
            }
        });
        return Source.unfoldResourceAsync(
                        () -> {
                            begun.set(true);
                            return CompletableFuture.completedFuture(attachment);
                        },
                        Attachment::next,
                        held -> {
                            held.close();
                            return CompletableFuture.completedFuture(Done.getInstance());
                        })
                .mapConcat(writing::of);
    }

    private static List<Sent> typedOutput(SessionFrame frame) {
        return frame.type() == SessionFrame.EXIT
                ? List.of(message(frame.bytes(), 0), new Sent.Close(WebSocketFrames.NORMAL))
                : frame.type() == SessionFrame.TOO_SLOW
                        ? List.of(new Sent.Close(WebSocketFrames.TRY_LATER))
                        : List.of(message(frame.bytes(), 0));
    }

    private static List<Sent> bareOutput(SessionFrame frame) {
        return switch (frame.type()) {
            case SessionFrame.OUTPUT -> List.of(message(frame.bytes(), 1));
            case SessionFrame.EXIT -> List.of(new Sent.Close(WebSocketFrames.NORMAL));
            case SessionFrame.TOO_SLOW -> List.of(new Sent.Close(WebSocketFrames.TRY_LATER));
            default -> List.of();
        };
    }

    private static Sent message(byte[] bytes, int from) {
        return new Sent.Message(ByteString.fromArray(bytes, from, bytes.length - from));
    }
}
