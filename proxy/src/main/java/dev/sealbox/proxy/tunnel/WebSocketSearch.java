package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.egress.Location;
import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.reseal.FoundValues;
import dev.sealbox.proxy.reseal.Resealer;
import dev.sealbox.proxy.rewrite.Form;
import dev.sealbox.proxy.rewrite.Substitutions;
import dev.sealbox.proxy.session.Passage;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.websocket.MessageFlow;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the messages of one WebSocket are searched for: those to the upstream for tokens, those to the client for values.
 * Each message to the upstream gets the values of its moment; an answer may still hold one that was sent before, so every
 * session since the beginning is held to the end. For use in one event loop.
 */
final class WebSocketSearch {
    /** A connection that outlives more changes of what it may do is ended, rather than searched for ever more values. */
    private static final int MOST_STRETCHES = 8;

    private final Conversation conversation;
    private final Exchange exchange;
    private final ByteBufAllocator allocator;
    private final List<Stretch> stretches = new ArrayList<>();
    private final List<Patterns> values = new ArrayList<>();
    private final Set<SecretName> carried = new HashSet<>();
    private FoundValues last = new FoundValues();

    /** A part of the WebSocket's life, under one policy: its values, and which of them were carried. */
    private record Stretch(Session session, Passage passage) {}

    /** @param exchange the one that changed the protocol, which ends after this */
    WebSocketSearch(Conversation conversation, Exchange exchange) {
        this.conversation = conversation;
        this.exchange = exchange;
        this.allocator = conversation.client().channel().alloc();
        stretches.add(new Stretch(exchange.session(), exchange.passage()));
        carried.addAll(exchange.account().used());
        values.add(patterns());
    }

    /** For messages to the upstream. */
    MessageFlow.Search tokens() {
        return new MessageFlow.Search() {
            @Override
            public Replacer message(boolean text, byte first) {
                var substitutions = substitutions(present());
                var form = text && isJson(first) ? Form.JSON : Form.RAW;
                return new Replacer(substitutions.in(Location.BODY, form), allocator, substitutions.growth());
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
                noteLast();
                if (conversation.admission().readBacks().areMany(limits().readBacks())) {
                    throw new Objection(Problem.readBackTooOften());
                }
                var unused = present();
                return new Replacer(values.getLast(), allocator, last.told());
            }

            @Override
            public Replacer control() {
                var unused = present();
                return new Replacer(values.getLast(), allocator);
            }
        };
    }

    private Limits limits() {
        return conversation.services().limits();
    }

    /** A message that held a value counts as an answer does, unless that was carried before. */
    private void noteLast() {
        if (last.goBeyond(carried, stretches.getLast().session())) {
            conversation.readBack(exchange.origin().host());
        }
        last = new FoundValues();
    }

    private Substitutions substitutions(Stretch stretch) {
        return Substitutions.at(
                stretch.session(),
                exchange.use(),
                exchange.obstacle(),
                conversation.services().limits().replacements(),
                new TokensFound(
                        exchange.account(),
                        stretch.session().policy().denials().unusableTokens(),
                        (name, location) -> carries(stretch, name)));
    }

    /** Each message is a use of its own; none is made that cannot be recorded. */
    private void carries(Stretch stretch, SecretName name) {
        var recorded = conversation.services().ledger().begins(List::of).toCompletableFuture();
        if (recorded.isCompletedExceptionally()) {
            throw new Objection(Problem.noRecord());
        }
        stretch.passage().carries(name);
        carried.add(name);
        exchange.account().message(stretch.session().policy(), name);
    }

    private static boolean isJson(byte first) {
        return first == '{' || first == '[' || first == '"';
    }

    /**
     * The stretch of this moment.
     *
     * @throws Objection when the sandbox is expelled, or has changed too often
     */
    private Stretch present() {
        var session = conversation.admission().hold();
        if (session == null) {
            throw new Objection(Problem.hostNotAllowed(exchange.origin().host()));
        }
        if (session.equals(stretches.getLast().session())) {
            session.release();
            return stretches.getLast();
        }
        if (stretches.size() >= MOST_STRETCHES) {
            session.release();
            throw new Objection(Problem.changedTooOften());
        }
        stretches.add(new Stretch(session, exchange.passage().under(session)));
        values.add(patterns());
        return stretches.getLast();
    }

    private Patterns patterns() {
        return conversation.services().reseal()
                ? Resealer.patterns(stretches.stream().map(Stretch::session).toList())
                : Patterns.EMPTY;
    }

    /** Lets go of everything but the exchange. */
    void close() {
        noteLast();
        values.forEach(Patterns::wipe);
        stretches.stream().skip(1).forEach(stretch -> {
            stretch.passage().close();
            stretch.session().release();
        });
    }
}
