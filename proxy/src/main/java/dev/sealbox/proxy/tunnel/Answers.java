package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * What the proxy says itself to a client, and what follows when a request has been served or will not be. How it is said
 * depends on what the client speaks.
 */
sealed interface Answers permits ConnectionAnswers, StreamAnswers {

    /** To whom it is said. */
    Conversation conversation();

    /** The response has been passed on; ends the exchange. */
    Phase served(Exchange exchange);

    /** The request has been cut, since it carried what was revoked: nothing is said any more. */
    Phase revoked();

    /**
     * Answers instead of an upstream.
     *
     * @param head of the request; null where none could be read
     * @param unread whether a part of the request has not been read
     */
    Phase answer(Problem problem, @Nullable RequestHead head, boolean unread);

    /** Ends a response that has begun, in the middle. */
    Phase breakOff(RequestHead head, Problem problem);

    /** Answers what cannot be read as a request. */
    default Phase refuse(Problem problem) {
        conversation().note(problem, conversation().host());
        conversation().refused(problem, null);
        return answer(problem, null, true);
    }

    /** Answers a request of which only the head was read. */
    default Phase refuse(RequestHead head, Problem problem) {
        conversation().note(problem, conversation().host());
        conversation().refused(problem, head);
        boolean hasBody = head.fields().has("content-length") || head.fields().has("transfer-encoding");
        return answer(problem, head, hasBody);
    }

    /** Ends the exchange: with an answer if the client has had none yet, otherwise by breaking it off. */
    default Phase giveUp(Exchange exchange, Problem problem) {
        conversation().upstream().dispose();
        boolean begun = exchange.response().hasBegun();
        boolean unread = !exchange.request().isRead();
        if (!begun) {
            exchange.account().answered(problem.status());
        }
        exchange.account().refused(problem);
        exchange.close();
        conversation().note(problem, exchange.origin().host());
        return begun ? breakOff(exchange.head(), problem) : answer(problem, exchange.head(), unread);
    }
}
