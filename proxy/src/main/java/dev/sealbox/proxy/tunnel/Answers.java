package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.RequestHead;

/** What follows when a request has been served, or will not be: it depends on what the client speaks. */
interface Answers {
    /** Answers a request of which only the head was read. */
    Phase refuse(RequestHead head, Problem problem);

    /** Ends the exchange: with an answer if the client has had none yet, otherwise by breaking it off. */
    Phase giveUp(Exchange exchange, Problem problem);

    /** The request has been cut, since it carried what was revoked: nothing is said any more. */
    Phase revoked();

    /** The response has been passed on; ends the exchange. */
    Phase served(Exchange exchange);
}
