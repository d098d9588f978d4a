package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.reseal.Unpacker;
import dev.sealbox.proxy.session.Passage;
import dev.sealbox.proxy.stream.UpstreamStream;
import dev.sealbox.proxy.upstream.Unreachable;

/** A request and its response pass, each at the pace of the side that takes it. */
final class Exchanging implements Phase {
    private final Conversation conversation;
    private final Exchange exchange;
    private final UpstreamStream upstream;
    private final boolean fresh;
    private final long since = System.nanoTime();
    private final Pace pace;

    /** @param fresh whether nothing was ever asked on that connection; one that was may be gone without a word */
    Exchanging(Conversation conversation, Exchange exchange, UpstreamStream upstream, boolean fresh) {
        this.conversation = conversation;
        this.exchange = exchange;
        this.upstream = upstream;
        this.fresh = fresh;
        var limits = conversation.services().limits();
        this.pace = new Pace(limits.leastRate(), limits.rateSpan(), since);
        exchange.account().connected();
        exchange.passage().over(upstream.carrier());
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
            return conversation.answers().revoked();
        }
        return !upstream.isOpen() && exchange.client().canWrite() ? lost() : this;
    }

    private boolean move() {
        boolean moved = request();
        moved |= response();
        return moved;
    }

    private boolean request() {
        try {
            return exchange.request().step(upstream);
        } catch (BadMessage e) {
            throw new Objection(Problem.malformed(e));
        } catch (Replacer.Forbidden e) {
            throw new Objection(Problem.valueNotForHeader());
        } catch (Growth.Exceeded e) {
            throw new Objection(Problem.replacesTooMuch(e));
        }
    }

    private boolean response() {
        try {
            return exchange.response().step(upstream, exchange.mayKeepClient());
        } catch (BadMessage e) {
            throw new Objection(Problem.badResponse(e.reason()));
        } catch (Unpacker.Broken e) {
            throw new Objection(Problem.badResponse("its compression is broken"));
        }
    }

    private Phase finish() {
        var side = conversation.upstream();
        if (exchange.response().isUpgrade()) {
            return new Messaging(conversation, exchange, side.link());
        }
        side.finished(upstream.isReusable() && exchange.request().isDone());
        return conversation.answers().served(exchange);
    }

    private Phase lost() {
        if (exchange.mayRepeat(upstream, fresh)) {
            conversation.upstream().dispose();
            exchange.repeat();
            return Dialling.anew(conversation, exchange);
        }
        return giveUp(Problem.unreachable(exchange.origin().host(), Unreachable.Reason.UNREACHABLE));
    }

    private Phase giveUp(Problem problem) {
        return conversation.answers().giveUp(exchange, problem);
    }

    /** What lies in the inbox waits for the upstream, or else for more: half a chunk's size is no reason to go on. */
    @Override
    public boolean outlivesInput() {
        return exchange.request().isRead() || (conversation.client().inbox().isReadable() && !upstream.canWrite());
    }

    @Override
    public boolean mayRelease() {
        return exchange.response().mayRelease();
    }

    @Override
    public void release() {
        exchange.response().release();
    }

    @Override
    public Phase tick(long now) {
        var idle = conversation.services().limits().idle();
        if (isTooSlow(now)) {
            return giveUp(Problem.tooSlow());
        }
        boolean hangs = now - conversation.lastActive(since) > idle.toNanos();
        return hangs ? giveUp(Problem.upstreamTooSlow(exchange.origin().host())) : this;
    }

    private boolean isTooSlow(long now) {
        var request = exchange.request();
        if (!(exchange.client().framing() instanceof Framing.Length) || request.isRead()) {
            return false;
        }
        return pace.isTooSlow(now, exchange.account().bytesSent(), !upstream.canWrite());
    }

    @Override
    public void close() {
        conversation.upstream().dispose();
        exchange.close();
    }
}
