package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.http2.Http2ClientStream;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import java.util.List;

/** What the proxy says itself on one stream of a client that speaks HTTP/2, and what follows it. */
record StreamAnswers(Conversation conversation, Http2ClientStream stream) implements Answers {
    private static final String GRPC_INTERNAL = "13";

    @Override
    public Phase refuse(RequestHead head, Problem problem) {
        conversation.note(problem, conversation.host());
        return answer(problem, head.method().equals("HEAD"));
    }

    /** Answers what cannot be read as a request. */
    Phase refuse(Problem problem) {
        conversation.note(problem, conversation.host());
        return answer(problem, false);
    }

    @Override
    public Phase served(Exchange exchange) {
        exchange.close();
        conversation.upstream().park();
        stream.stopRequest();
        return new Draining(conversation, stream);
    }

    @Override
    public Phase giveUp(Exchange exchange, Problem problem) {
        conversation.upstream().dispose();
        boolean begun = exchange.response().hasBegun();
        var head = exchange.head();
        exchange.close();
        conversation.note(problem, exchange.origin().host());
        if (!begun) {
            return answer(problem, head.method().equals("HEAD"));
        }
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
                new Field("x-sealbox-decision", problem.code())));
    }

    private Phase answer(Problem problem, boolean bodiless) {
        var body = problem.body();
        var framing = bodiless ? Framing.NONE : new Framing.Length(body.length);
        stream.head(problem.head(), framing, false);
        stream.content(Unpooled.wrappedBuffer(body));
        stream.end(Fields.NONE);
        stream.stopRequest();
        return new Draining(conversation, stream);
    }
}
