package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.RequestHead;
import io.netty.buffer.Unpooled;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the proxy says itself to a client that speaks HTTP/1.1, or nothing yet, and to the log; and what follows it. */
record OwnAnswers(Conversation conversation) implements Answers {
    private static final Logger log = LoggerFactory.getLogger(OwnAnswers.class);

    @Override
    public Phase refuse(RequestHead head, Problem problem) {
        conversation.note(problem, conversation.host());
        boolean hasBody = head.fields().has("content-length") || head.fields().has("transfer-encoding");
        return answer(problem, head, hasBody);
    }

    /** Answers what cannot be read as a request. */
    Phase refuse(Problem problem) {
        conversation.note(problem, conversation.host());
        write(problem, false, true);
        return Lingering.after(conversation);
    }

    @Override
    public Phase served(Exchange exchange) {
        boolean keep = !exchange.response().closesClient() && exchange.request().isRead();
        exchange.close();
        return keep ? new AwaitingRequest(conversation) : Lingering.after(conversation);
    }

    @Override
    public Phase giveUp(Exchange exchange, Problem problem) {
        conversation.upstream().dispose();
        boolean begun = exchange.response().hasBegun();
        boolean unread = !exchange.request().isRead();
        exchange.close();
        conversation.note(problem, exchange.origin().host());
        if (begun) {
            var unused = conversation.client().channel().close();
            return new Lingering(conversation.client());
        }
        return answer(problem, exchange.head(), unread);
    }

    @Override
    public Phase revoked() {
        return new Lingering(conversation.client());
    }

    /** Refuses a TLS connection before its handshake. */
    Phase alert(Alert alert) {
        log.atInfo()
                .addKeyValue("sandbox", conversation.admission().address().sandbox())
                .addKeyValue("code", "tls." + alert.name().toLowerCase(Locale.ROOT))
                .log("a TLS connection was refused");
        conversation.client().write(Unpooled.wrappedBuffer(alert.record()));
        return Lingering.after(conversation);
    }

    private Phase answer(Problem problem, RequestHead head, boolean unread) {
        boolean close = unread || !head.keepsAlive() || head.http10() || problem.status() == 400;
        write(problem, head.method().equals("HEAD"), close);
        return close ? Lingering.after(conversation) : new AwaitingRequest(conversation);
    }

    private void write(Problem problem, boolean bodiless, boolean close) {
        var client = conversation.client();
        client.write(problem.response(client.channel().alloc(), bodiless, close));
    }
}
