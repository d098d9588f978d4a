package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.ledger.UseRecord.Asked;
import dev.sealbox.proxy.session.Refused;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.transport.Cut;
import dev.sealbox.proxy.transport.OriginalDestination;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A sandbox has dialled one of its invented addresses: which host and port that means, and whether it may. */
final class Direct {
    private static final Logger log = LoggerFactory.getLogger(Direct.class);

    private Direct() {}

    /** What follows the connection itself; nobody has said anything yet. */
    static Phase begin(Conversation conversation) {
        var session = conversation.admission().hold();
        if (session == null) {
            return reset(conversation);
        }
        try {
            return decide(conversation, session);
        } finally {
            session.release();
        }
    }

    private static Phase decide(Conversation conversation, Session session) {
        var dialled = OriginalDestination.of(conversation.client().channel());
        var host = dialled == null ? null : conversation.admission().addresses().at(dialled.getAddress());
        if (dialled == null || host == null) {
            var port = dialled == null ? "" : ":" + dialled.getPort();
            return reset(conversation, session, new Asked("TCP", "", port), Problem.portNotAllowed());
        }
        var target = new Target(host, dialled.getPort());
        return session.policy().mayPass(host, target.port())
                ? new Opening(conversation, target, session, null)
                : reset(conversation, session, target.asked(), Problem.portNotAllowed());
    }

    /** There is no language to say it in. */
    static Phase reset(Conversation conversation, Target target, Problem problem) {
        var session = conversation.admission().hold();
        if (session == null) {
            return reset(conversation);
        }
        try {
            return reset(conversation, session, target.asked(), problem);
        } finally {
            session.release();
        }
    }

    private static Phase reset(Conversation conversation, @Nullable Session session, Asked asked, Problem problem) {
        log.atInfo()
                .addKeyValue("sandbox", conversation.admission().address().sandbox())
                .addKeyValue("host", asked.host())
                .addKeyValue("code", problem.code())
                .log("a TCP connection was reset");
        if (session != null && problem.isRefusal()) {
            conversation
                    .services()
                    .ledger()
                    .note(Refused.of(session.policy(), problem.ruling(), problem.code(), Optional.empty(), 0, asked));
        }
        return reset(conversation);
    }

    private static Phase reset(Conversation conversation) {
        var unused = Cut.off(conversation.client().channel());
        return new Lingering(conversation.client());
    }
}
