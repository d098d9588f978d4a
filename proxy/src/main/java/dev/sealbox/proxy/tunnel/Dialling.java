package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.upstream.Unreachable;
import dev.sealbox.proxy.upstream.Upstream;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to the upstream of an exchange is being opened, or taken from those that are kept. */
final class Dialling implements Phase {
    private static final Logger log = LoggerFactory.getLogger(Dialling.class);

    private final Conversation conversation;
    private final Exchange exchange;
    private final boolean fresh;
    private final CompletableFuture<Upstream> dialled;
    private final long since = System.nanoTime();

    /** @param fresh whether it certainly is a new connection */
    private Dialling(Conversation conversation, Exchange exchange, boolean fresh, CompletableFuture<Upstream> dialled) {
        this.conversation = conversation;
        this.exchange = exchange;
        this.fresh = fresh;
        this.dialled = dialled;
        var unused =
                dialled.whenComplete((upstream, failure) -> conversation.wake().run());
    }

    /** Goes on with the connection of the exchange before if it leads there, otherwise with another. */
    static Phase orPresent(Conversation conversation, Exchange exchange) {
        var side = conversation.upstream();
        if (side.leadsTo(exchange.origin())) {
            return new Exchanging(conversation, exchange, side.begin(), false);
        }
        side.park();
        var taken = exchange.isUpgrade()
                ? side.takeHttp1(exchange.sandbox(), exchange.origin())
                : side.take(exchange.sandbox(), exchange.origin());
        return new Dialling(conversation, exchange, false, taken);
    }

    /** Tries again after a kept connection turned out to be gone. */
    static Phase anew(Conversation conversation, Exchange exchange) {
        var side = conversation.upstream();
        var dialled = exchange.isUpgrade()
                ? side.takeHttp1(exchange.sandbox(), exchange.origin())
                : side.dial(exchange.sandbox(), exchange.origin());
        return new Dialling(conversation, exchange, true, dialled);
    }

    @Override
    public Phase step() {
        if (!dialled.isDone()) {
            return this;
        }
        if (dialled.isCompletedExceptionally()) {
            return conversation.answers().giveUp(exchange, problem(dialled.exceptionNow()));
        }
        conversation.upstream().attach(dialled.resultNow());
        return new Exchanging(conversation, exchange, conversation.upstream().begin(), fresh);
    }

    private Problem problem(Throwable failure) {
        var host = exchange.origin().host();
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Unreachable unreachable) {
                return Problem.unreachable(host, unreachable.reason());
            }
        }
        log.atError().setCause(failure).addKeyValue("host", host).log("dialling failed");
        return Problem.internal();
    }

    @Override
    public boolean outlivesInput() {
        return true;
    }

    @Override
    public Phase tick(long now) {
        var limits = conversation.services().limits();
        // A name server may keep silent longer than any dial.
        if (now - since > limits.dial().plus(limits.handshake()).multipliedBy(2).toNanos()) {
            giveBack();
            var host = exchange.origin().host();
            return conversation.answers().giveUp(exchange, Problem.upstreamTooSlow(host));
        }
        return this;
    }

    /** A connection that comes when nobody waits for it may serve others. */
    private void giveBack() {
        var side = conversation.upstream();
        var unused = dialled.whenCompleteAsync(
                (late, failure) -> {
                    if (late != null) {
                        side.park(late);
                    }
                },
                conversation.client().channel().eventLoop());
    }

    @Override
    public void close() {
        giveBack();
        exchange.close();
    }
}
