package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.HeadReader;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.session.Passage;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.session.Trail;
import dev.sealbox.proxy.upstream.Origin;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request's head is awaited; when it has come, it is decided what becomes of the request. */
final class AwaitingRequest implements Phase {
    private static final Logger log = LoggerFactory.getLogger(AwaitingRequest.class);
    private static final byte[] ESTABLISHED =
            "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

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
        var session = conversation.admission().hold();
        return session == null ? conversation.expelled() : held(head, session);
    }

    private Phase held(RequestHead head, Session session) {
        boolean handedOn = false;
        try {
            var next = decide(head, session);
            // Then the session is the exchange's to release.
            handedOn = next instanceof Dialling || next instanceof Exchanging;
            return next;
        } finally {
            if (!handedOn) {
                session.release();
            }
        }
    }

    private Phase decide(RequestHead head, Session session) {
        return switch (verdict(head, session)) {
            case RequestCheck.Verdict.Refused(var problem) -> refuse(head, problem);
            case RequestCheck.Verdict.Tunnel(var host) -> open(head, host);
            case RequestCheck.Verdict.Forward(var origin, var target) -> begin(head, origin, target, session);
        };
    }

    private RequestCheck.Verdict verdict(RequestHead head, Session session) {
        var check = new RequestCheck(session.policy(), conversation.services().addresses()::isForbidden);
        var tunnel = conversation.tunnel();
        if (tunnel == null) {
            return conversation.entry() == Entry.EXPLICIT ? check.explicit(head) : check.plain(head);
        }
        var problem = tunnel.problem();
        return problem == null ? check.inTunnel(head, tunnel.host()) : new RequestCheck.Verdict.Refused(problem);
    }

    private Phase refuse(RequestHead head, Problem problem) {
        return conversation.answers().refuse(head, problem);
    }

    private Phase open(RequestHead head, HostName host) {
        try {
            if (!(Framing.ofRequest(head) instanceof Framing.None)) {
                return refuse(head, Problem.badTarget());
            }
        } catch (BadMessage e) {
            return refuse(head, Problem.malformed(e));
        }
        conversation.client().write(Unpooled.wrappedBuffer(ESTABLISHED));
        return new AwaitingHello(conversation.through(Tunnel.to(host)));
    }

    private Phase begin(RequestHead head, Origin origin, String target, Session session) {
        var client = conversation.client();
        var passage = conversation.admission().begin(session, origin.host(), () -> Trail.end(client.channel()));
        boolean begun = false;
        Exchange exchange;
        try {
            exchange = new Exchange(
                    session,
                    passage,
                    origin,
                    head,
                    target,
                    conversation.services(),
                    client.channel().alloc());
            begun = true;
        } catch (Passage.Revoked e) {
            return conversation.expelled();
        } catch (Objection e) {
            return refuse(head, e.problem());
        } catch (BadMessage e) {
            return refuse(head, Problem.malformed(e));
        } catch (Replacer.Forbidden e) {
            return refuse(head, Problem.valueNotForHeader());
        } catch (Growth.Exceeded e) {
            return refuse(head, Problem.growsTooMuch());
        } finally {
            if (!begun) {
                passage.close();
            }
        }
        log.atDebug()
                .addKeyValue("sandbox", conversation.admission().address().sandbox())
                .addKeyValue("host", origin.host())
                .log("a request is passed on");
        if (exchange.wantsContinue()) {
            client.write(Unpooled.wrappedBuffer(CONTINUE));
        }
        return Dialling.orPresent(conversation, exchange);
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
