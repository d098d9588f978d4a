package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.ResponseHead;
import java.util.concurrent.CompletableFuture;

/** A request that may use secrets waits until the ledger has taken notice of it. */
final class Recording implements Phase {
    private static final ResponseHead CONTINUE = new ResponseHead(100, "Continue", false, Fields.NONE);

    private final Conversation conversation;
    private final Exchange exchange;
    private final CompletableFuture<Void> recorded;

    private Recording(Conversation conversation, Exchange exchange, CompletableFuture<Void> recorded) {
        this.conversation = conversation;
        this.exchange = exchange;
        this.recorded = recorded;
        var unused =
                recorded.whenComplete((done, failure) -> conversation.wake().run());
    }

    /** Goes on at once where nothing has to be waited for. */
    static Phase orPassed(Conversation conversation, Exchange exchange) {
        if (!exchange.mayUseSecrets()) {
            return go(conversation, exchange);
        }
        var ledger = conversation.services().ledger();
        var recorded = ledger.begins(exchange.account()::begins).toCompletableFuture();
        return recorded.isDone() && !recorded.isCompletedExceptionally()
                ? go(conversation, exchange)
                : new Recording(conversation, exchange, recorded);
    }

    private static Phase go(Conversation conversation, Exchange exchange) {
        if (exchange.wantsContinue()) {
            exchange.client().interim(CONTINUE);
        }
        return Dialling.orPresent(conversation, exchange);
    }

    @Override
    public Phase step() {
        if (!recorded.isDone()) {
            return this;
        }
        return recorded.isCompletedExceptionally()
                ? conversation.answers().giveUp(exchange, Problem.noRecord())
                : go(conversation, exchange);
    }

    /** The ledger has a limit of its own. */
    @Override
    public boolean outlivesInput() {
        return true;
    }

    @Override
    public Phase tick(long now) {
        return this;
    }

    @Override
    public void close() {
        exchange.close();
    }
}
