package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.http2.Http2ClientStream;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers to one request of a client that speaks HTTP/2: they are about its stream only. */
record StreamAnswers(Conversation conversation, Http2ClientStream stream) implements Answers {
    private static final String GRPC_INTERNAL = "13";

    @Override
    public Phase served(Exchange exchange) {
        exchange.close();
        conversation.upstream().park();
        stream.stopRequest();
        return new Draining(conversation, stream);
    }

    /** A call of gRPC ends with a status; anything else is reset. */
    @Override
    public Phase breakOff(RequestHead head, Problem problem) {
        if (head.isGrpc()) {
            stream.end(status(problem));
            stream.stopRequest();
        } else {
            stream.reset(Http2Error.INTERNAL_ERROR);
        }
        return new Draining(conversation, stream);
    }

    @Override
    public Phase revoked() {
        return new Draining(conversation, stream);
    }

    /** What a gRPC client understands: the call has failed here. */
    private static Fields status(Problem problem) {
        return new Fields(List.of(
                new Field("grpc-status", GRPC_INTERNAL),
                new Field("grpc-message", problem.message()),
                new Field("x-sealbox-decision", problem.decision())));
    }

    @Override
    public Phase answer(Problem problem, @Nullable RequestHead head, boolean unread) {
        boolean bodiless = head != null && head.method().equals("HEAD");
        var body = problem.body();
        var framing = bodiless ? Framing.NONE : new Framing.Length(body.length);
        stream.head(problem.head(), framing, false);
        stream.content(Unpooled.wrappedBuffer(body));
        stream.end(Fields.NONE);
        stream.stopRequest();
        return new Draining(conversation, stream);
    }
}
