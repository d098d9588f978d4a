package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.EgressPolicy;
import dev.sealbox.domain.ledger.Ruling;
import dev.sealbox.domain.ledger.UseRecord;
import dev.sealbox.domain.ledger.UseRecord.Effect;
import dev.sealbox.proxy.session.Carrier;
import dev.sealbox.proxy.session.Passage;
import dev.sealbox.proxy.session.Refused;
import dev.sealbox.proxy.transport.Cut;
import dev.sealbox.proxy.transport.Link;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Plain TCP passes, byte for byte: each way at the pace of the side that takes it, and each way until its own end. What
 * it was is noted in the ledger when it is over.
 */
final class Passing implements Phase {
    private final Conversation conversation;
    private final Target target;
    private final EgressPolicy policy;
    private final Passage passage;
    private final Link upstream;
    private final Way out;
    private final Way back;
    private final long since = System.nanoTime();
    private boolean closed;

    /** One way: how much has passed, and whether its end has. */
    private static final class Way {
        private final Link from;
        private final Link to;
        private long bytes;
        private boolean ended;

        Way(Link from, Link to) {
            this.from = from;
            this.to = to;
        }

        void move() {
            while (from.inbox().isReadable() && to.canWrite()) {
                int size = Math.min(from.inbox().readableBytes(), Link.INBOX_LIMIT);
                bytes += size;
                to.write(from.inbox().readRetainedSlice(size));
                to.flush();
            }
            if (from.hasEnded() && !from.inbox().isReadable() && !ended) {
                ended = true;
                to.endOutput();
            }
        }
    }

    /** @param policy by which it was permitted */
    Passing(Conversation conversation, Target target, EgressPolicy policy, Passage passage, Link upstream) {
        this.conversation = conversation;
        this.target = target;
        this.policy = policy;
        this.passage = passage;
        this.upstream = upstream;
        this.out = new Way(conversation.client(), upstream);
        this.back = new Way(upstream, conversation.client());
        upstream.ownedBy((link, event) -> conversation.wake().run());
        passage.over(Carrier.alone(upstream.channel()));
    }

    @Override
    public Phase step() {
        out.move();
        back.move();
        upstream.consumed();
        if (out.ended && back.ended) {
            return over();
        }
        // What came before the upstream broke off is still for the client to read.
        return upstream.isOpen() || upstream.inbox().isReadable() ? this : brokenOff();
    }

    private Phase over() {
        close();
        conversation.client().closeAfterFlush();
        return new Lingering(conversation.client());
    }

    private Phase brokenOff() {
        close();
        var unused = Cut.off(conversation.client().channel());
        return new Lingering(conversation.client());
    }

    @Override
    public Phase tick(long now) {
        long active = Math.max(since, Math.max(conversation.client().lastActive(), upstream.lastActive()));
        return now - active > conversation.services().limits().tcpIdle().toNanos() ? brokenOff() : this;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        passage.close();
        upstream.dispose();
        var took = Duration.ofNanos(System.nanoTime() - since);
        conversation
                .services()
                .ledger()
                .note(new UseRecord(
                        Instant.now().minus(took),
                        Refused.request(),
                        Refused.sender(policy),
                        Ruling.PASSED,
                        rule(),
                        Optional.empty(),
                        target.asked(),
                        new Effect(0, out.bytes, back.bytes, took),
                        1));
    }

    private String rule() {
        return policy.tcp().stream()
                .filter(permitted -> permitted.matches(target.host(), target.port()))
                .findFirst()
                .map(Object::toString)
                .orElse("");
    }
}
