package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.HeadReader;
import dev.sealbox.proxy.codec.RequestHead;

/** A request's head is awaited on a connection that carries one after the other. */
final class AwaitingRequest implements Phase {
    private final Conversation conversation;
    private final HeadReader heads;

    /** The end of what went before, then the head's first byte. */
    private long since = System.nanoTime();

    AwaitingRequest(Conversation conversation) {
        this.conversation = conversation;
        this.heads = new HeadReader(conversation.services().limits().maxHead());
    }

    @Override
    public Phase step() {
        RequestHead head;
        try {
            boolean begun = heads.hasBegun();
            head = heads.request(conversation.client().inbox());
            if (head == null) {
                since = !begun && heads.hasBegun() ? System.nanoTime() : since;
                return this;
            }
        } catch (BadMessage e) {
            return conversation.answers().refuse(Problem.malformed(e));
        }
        return new Reception(conversation).receive(head);
    }

    @Override
    public Phase tick(long now) {
        var limits = conversation.services().limits();
        var limit = heads.hasBegun() ? limits.headTimeout() : limits.keepAlive();
        if (now - since <= limit.toNanos()) {
            return this;
        }
        if (heads.hasBegun()) {
            return conversation.answers().refuse(Problem.tooSlow());
        }
        conversation.client().closeAfterFlush();
        return this;
    }
}
