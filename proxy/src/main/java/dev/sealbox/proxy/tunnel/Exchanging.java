package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.reseal.Unpacker;
import dev.sealbox.proxy.session.Passage;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.upstream.Unreachable;

/** A request and its response pass, each at the pace of the side that takes it. */
final class Exchanging implements Phase {
    private final Conversation conversation;
    private final Exchange exchange;
    private final Link upstream;
    private final boolean fresh;
    private final long since = System.nanoTime();

    /** @param fresh whether nothing was ever asked on that connection; one that was may be gone without a word */
    Exchanging(Conversation conversation, Exchange exchange, Link upstream, boolean fresh) {
        this.conversation = conversation;
        this.exchange = exchange;
        this.upstream = upstream;
        this.fresh = fresh;
        exchange.passage().over(upstream.channel());
    }

    @Override
    public Phase step() {
        try {
            while (move()) {
                if (exchange.response().isDone()) {
                    return finish();
                }
            }
        } catch (Objection e) {
            return giveUp(e.problem());
        } catch (Passage.Revoked e) {
            close();
            return new Lingering(conversation.client());
        }
        return !upstream.isOpen() && conversation.client().canWrite() ? lost() : this;
    }

    private boolean move() {
        boolean moved = request();
        moved |= response();
        return moved;
    }

    private boolean request() {
        try {
            return exchange.request().step(conversation.client(), upstream);
        } catch (BadMessage e) {
            throw new Objection(Problem.malformed(e));
        } catch (Replacer.Forbidden e) {
            throw new Objection(Problem.valueNotForHeader());
        } catch (Growth.Exceeded e) {
            throw new Objection(Problem.growsTooMuch());
        }
    }

    private boolean response() {
        try {
            return exchange.response().step(upstream, conversation.client(), exchange.mayKeepClient());
        } catch (BadMessage e) {
            throw new Objection(Problem.badResponse(e.reason()));
        } catch (Unpacker.Broken e) {
            throw new Objection(Problem.badResponse("its compression is broken"));
        }
    }

    private Phase finish() {
        var response = exchange.response();
        if (response.isUpgrade()) {
            return new Piping(conversation, exchange, upstream);
        }
        boolean keepUpstream = response.keepsUpstream() && exchange.request().isDone();
        boolean keepClient = !response.closesClient() && exchange.request().isRead();
        exchange.close();
        if (!keepUpstream) {
            conversation.upstream().dispose();
        }
        return keepClient ? new AwaitingRequest(conversation) : Lingering.after(conversation);
    }

    private Phase lost() {
        if (!fresh && exchange.mayRepeat(upstream)) {
            conversation.upstream().dispose();
            exchange.request().unsend();
            return Dialling.anew(conversation, exchange);
        }
        return giveUp(Problem.unreachable(exchange.origin().host(), Unreachable.Reason.UNREACHABLE));
    }

    private Phase giveUp(Problem problem) {
        return conversation.answers().giveUp(exchange, problem);
    }

    /** Whether bytes are held back that may go after a moment of silence. */
    boolean mayRelease() {
        return exchange.response().mayRelease();
    }

    /** Passes them on. */
    void release() {
        exchange.response().release(conversation.client());
    }

    @Override
    public Phase tick(long now) {
        var idle = conversation.services().limits().idle();
        boolean hangs = now - conversation.lastActive(since) > idle.toNanos();
        return hangs ? giveUp(Problem.upstreamTooSlow(exchange.origin().host())) : this;
    }

    @Override
    public void close() {
        conversation.upstream().dispose();
        exchange.close();
    }
}
