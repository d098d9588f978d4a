package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.RequestHead;
import io.netty.buffer.Unpooled;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers to a client that speaks HTTP/1.1, or nothing yet: they are about the whole connection. */
record ConnectionAnswers(Conversation conversation) implements Answers {
    private static final Logger log = LoggerFactory.getLogger(ConnectionAnswers.class);

    @Override
    public Phase served(Exchange exchange) {
        boolean keep = !exchange.response().closesClient() && exchange.request().isRead();
        exchange.close();
        return keep ? new AwaitingRequest(conversation) : Lingering.after(conversation);
    }

    @Override
    public Phase revoked() {
        return new Lingering(conversation.client());
    }

    @Override
    public Phase breakOff(RequestHead head, Problem problem) {
        var unused = conversation.client().channel().close();
        return new Lingering(conversation.client());
    }

    @Override
    public Phase answer(Problem problem, @Nullable RequestHead head, boolean unread) {
        boolean close = head == null || unread || !head.keepsAlive() || head.http10() || problem.status() == 400;
        boolean bodiless = head != null && head.method().equals("HEAD");
        var client = conversation.client();
        client.write(problem.response(client.channel().alloc(), bodiless, close));
        return close ? Lingering.after(conversation) : new AwaitingRequest(conversation);
    }

    /** Refuses a TLS connection before its handshake. */
    Phase alert(Alert alert) {
        log.atInfo()
                .addKeyValue("sandbox", conversation.admission().address().sandbox())
                .addKeyValue("code", "tls." + alert.name().toLowerCase(Locale.ROOT))
                .log("a TLS connection was refused");
        conversation.refused(new Problem(0, "tls." + alert.name().toLowerCase(Locale.ROOT), ""), null);
        conversation.client().write(Unpooled.wrappedBuffer(alert.record()));
        return Lingering.after(conversation);
    }
}
