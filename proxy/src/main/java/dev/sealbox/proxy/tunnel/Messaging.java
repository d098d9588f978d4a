package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.session.Passage;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.websocket.BadFrame;
import dev.sealbox.proxy.websocket.Direction;
import dev.sealbox.proxy.websocket.MessageFlow;

/** A connection has become a WebSocket: messages pass, with values for tokens one way and tokens for values the other. */
final class Messaging implements Phase {
    private static final int PROTOCOL_ERROR = 1002;
    private static final int POLICY_VIOLATION = 1008;

    private final Conversation conversation;
    private final Exchange exchange;
    private final Link upstream;
    private final WebSocketSearch search;
    private final MessageFlow outgoing;
    private final MessageFlow incoming;
    private final long since = System.nanoTime();

    /** @param exchange the one that changed the protocol; it is held until the end */
    Messaging(Conversation conversation, Exchange exchange, Link upstream) {
        var allocator = upstream.channel().alloc();
        this.conversation = conversation;
        this.exchange = exchange;
        this.upstream = upstream;
        this.search = new WebSocketSearch(conversation, exchange);
        this.outgoing = new MessageFlow(Direction.TO_UPSTREAM, search.tokens(), allocator);
        this.incoming = new MessageFlow(Direction.TO_CLIENT, search.values(), allocator);
    }

    @Override
    public Phase step() {
        var client = conversation.client();
        try {
            boolean moved = true;
            while (moved) {
                moved = pass(outgoing, client, upstream);
                moved |= pass(incoming, upstream, client);
            }
        } catch (BadFrame e) {
            return end(PROTOCOL_ERROR, Problem.badFrame());
        } catch (Objection e) {
            return end(POLICY_VIOLATION, e.problem());
        } catch (Growth.Exceeded e) {
            return end(POLICY_VIOLATION, Problem.replacesTooMuch(e));
        } catch (Passage.Revoked e) {
            close();
            return conversation.answers().revoked();
        }
        return upstream.isOpen() ? this : left();
    }

    private static boolean pass(MessageFlow flow, Link from, Link to) {
        var frames = to.canWrite() ? flow.next(from.inbox()) : null;
        if (frames == null) {
            return false;
        }
        to.write(frames);
        return true;
    }

    private Phase end(int status, Problem problem) {
        conversation.note(problem, exchange.origin().host());
        exchange.account().refused(problem);
        conversation.client().write(incoming.closing(status));
        return left();
    }

    private Phase left() {
        close();
        return Lingering.after(conversation);
    }

    /** Only towards the client: a token whose beginning has gone could not give way to its value any more. */
    @Override
    public boolean mayRelease() {
        return incoming.mayRelease();
    }

    @Override
    public void release() {
        if (incoming.mayRelease() && conversation.client().canWrite()) {
            conversation.client().write(incoming.release());
        }
    }

    @Override
    public Phase tick(long now) {
        var idle = conversation.services().limits().idle();
        conversation.closeAfter(idle, conversation.lastActive(since), now);
        return this;
    }

    @Override
    public void close() {
        outgoing.close();
        incoming.close();
        search.close();
        conversation.upstream().dispose();
        exchange.close();
    }
}
