package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.HostName;
import dev.sealbox.domain.egress.Obstacle;
import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.session.Passage;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.upstream.Origin;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request's head has come: it is decided what becomes of the request. */
record Reception(Conversation conversation) {
    private static final Logger log = LoggerFactory.getLogger(Reception.class);
    private static final byte[] ESTABLISHED =
            "HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** The phase that follows the head. */
    Phase receive(RequestHead head) {
        var session = conversation.admission().hold();
        return session == null ? conversation.expelled() : held(head, session);
    }

    private Phase held(RequestHead head, Session session) {
        boolean handedOn = false;
        try {
            var next = decide(head, session);
            // Then the session is the exchange's to release.
            handedOn = next instanceof Recording || next instanceof Dialling || next instanceof Exchanging;
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
            case RequestCheck.Verdict.Checked checked -> conversation.answers().answer(Problem.none(), head, true);
            case RequestCheck.Verdict.Tunnel(var host) -> open(head, host);
            case RequestCheck.Verdict.Pass(var target) -> pass(head, target, session);
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

    private Phase pass(RequestHead head, Target target, Session session) {
        var problem = bodyOf(head);
        return problem == null ? new Opening(conversation, target, session, head) : refuse(head, problem);
    }

    /** What is wrong with the body of a CONNECT, which has none; null where it has none. */
    private static @Nullable Problem bodyOf(RequestHead head) {
        try {
            return Framing.ofRequest(head) instanceof Framing.None ? null : Problem.badTarget();
        } catch (BadMessage e) {
            return Problem.malformed(e);
        }
    }

    private Phase open(RequestHead head, HostName host) {
        var problem = bodyOf(head);
        if (problem != null) {
            return refuse(head, problem);
        }
        conversation.client().write(Unpooled.wrappedBuffer(ESTABLISHED));
        return new AwaitingHello(conversation.through(Tunnel.to(host)));
    }

    private Phase begin(RequestHead head, Origin origin, String target, Session session) {
        if (conversation
                .admission()
                .readBacks()
                .areMany(conversation.services().limits().readBacks())) {
            return refuse(head, Problem.readBackTooOften());
        }
        Exchange exchange;
        try {
            exchange = exchange(head, origin, target, session);
        } catch (Passage.Revoked e) {
            conversation.refused(Problem.revoked(), head);
            return conversation.answers().revoked();
        } catch (Objection e) {
            return refuse(head, e.problem());
        } catch (BadMessage e) {
            return refuse(head, Problem.malformed(e));
        } catch (Replacer.Forbidden e) {
            return refuse(head, Problem.valueNotForHeader());
        } catch (Growth.Exceeded e) {
            return refuse(head, Problem.replacesTooMuch(e));
        }
        log.atDebug()
                .addKeyValue("sandbox", conversation.admission().address().sandbox())
                .addKeyValue("host", origin.host())
                .log("a request is passed on");
        return Recording.orPassed(conversation, exchange);
    }

    /** Why no secret may be used there; null where that depends. */
    private @Nullable Obstacle obstacle(Origin origin) {
        var tunnel = conversation.tunnel();
        return !origin.secure() ? Obstacle.PLAIN_HTTP : tunnel == null ? null : tunnel.obstacle();
    }

    private Exchange exchange(RequestHead head, Origin origin, String target, Session session) {
        var client = conversation.streamOf(head);
        var passage = conversation.admission().begin(session, origin.host(), client::cut);
        boolean begun = false;
        try {
            var alloc = conversation.client().channel().alloc();
            var exchange = new Exchange(
                    session,
                    passage,
                    origin,
                    obstacle(origin),
                    head,
                    target,
                    client,
                    conversation.services(),
                    conversation::readBack,
                    alloc);
            begun = true;
            return exchange;
        } finally {
            if (!begun) {
                passage.close();
            }
        }
    }
}
