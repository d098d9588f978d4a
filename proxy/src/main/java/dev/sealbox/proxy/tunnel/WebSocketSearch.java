package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.reseal.Resealer;
import dev.sealbox.proxy.rewrite.Form;
import dev.sealbox.proxy.rewrite.Substitutions;
import dev.sealbox.proxy.session.Admission;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.upstream.Origin;
import dev.sealbox.proxy.websocket.MessageFlow;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * What the messages of one WebSocket are searched for: those to the upstream for tokens, those to the client for values.
 * Each message to the upstream gets the values of its moment; an answer may still hold one that was sent before, so every
 * session since the beginning is held to the end. For use in one event loop.
 */
final class WebSocketSearch {
    /** A connection that outlives more changes of what it may do is ended, rather than searched for ever more values. */
    private static final int MOST_SESSIONS = 8;

    private final Admission admission;
    private final Origin origin;
    private final boolean reseals;
    private final ByteBufAllocator allocator;
    private final List<Session> sessions = new ArrayList<>();
    private final List<Patterns> values = new ArrayList<>();

    /** @param first the session of the request that asked for it, which the caller holds longer than this */
    WebSocketSearch(Admission admission, Origin origin, Session first, boolean reseals, ByteBufAllocator allocator) {
        this.admission = admission;
        this.origin = origin;
        this.reseals = reseals;
        this.allocator = allocator;
        sessions.add(first);
        values.add(patterns());
    }

    /** For messages to the upstream. */
    MessageFlow.Search tokens() {
        return new MessageFlow.Search() {
            @Override
            public Replacer message(boolean text, byte first) {
                var session = present();
                var substitutions = origin.secure()
                        ? Substitutions.at(session, origin.host())
                        : Substitutions.none(session, origin.host());
                var form = text && isJson(first) ? Form.JSON : Form.RAW;
                return new Replacer(substitutions.as(form), allocator, substitutions.growth());
            }

            // A ping must come back as it was, and nobody speaks in control frames.
            @Override
            public Replacer control() {
                return new Replacer(Patterns.EMPTY, allocator);
            }
        };
    }

    /** For messages to the client. */
    MessageFlow.Search values() {
        return new MessageFlow.Search() {
            @Override
            public Replacer message(boolean text, byte first) {
                return control();
            }

            @Override
            public Replacer control() {
                var unused = present();
                return new Replacer(values.getLast(), allocator);
            }
        };
    }

    private static boolean isJson(byte first) {
        return first == '{' || first == '[' || first == '"';
    }

    /**
     * The session that is in force now.
     *
     * @throws Objection when the sandbox is expelled, may not go there any more, or has changed too often
     */
    private Session present() {
        var session = admission.hold();
        if (session == null) {
            throw new Objection(Problem.hostNotAllowed(origin.host()));
        }
        boolean known = sessions.contains(session);
        boolean tooMany = !known && sessions.size() >= MOST_SESSIONS;
        if (known || tooMany) {
            session.release();
        } else {
            sessions.add(session);
            values.add(patterns());
        }
        if (tooMany || !session.policy().mayReach(origin.host())) {
            throw new Objection(Problem.hostNotAllowed(origin.host()));
        }
        return session;
    }

    private Patterns patterns() {
        return reseals ? Resealer.patterns(sessions) : Patterns.EMPTY;
    }

    /** Lets go of everything. */
    void close() {
        values.forEach(Patterns::wipe);
        sessions.stream().skip(1).forEach(Session::release);
    }
}
