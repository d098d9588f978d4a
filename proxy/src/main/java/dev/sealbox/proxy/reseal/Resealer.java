package dev.sealbox.proxy.reseal;

import dev.sealbox.domain.identity.SecretName;
import dev.sealbox.domain.sealing.MayReveal;
import dev.sealbox.domain.sealing.Plaintext;
import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.session.Session;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Puts tokens back where an upstream returned values: of every secret that the sandbox holds, whatever the host. */
public final class Resealer {
    /** Bytes. Shorter values would be found everywhere by chance ("true", "1234"); they are let through. */
    public static final int MIN_VALUE = Plaintext.MIN_RECOGNISED_BYTES;

    private static final String KEY = "reseal";

    private final Patterns patterns;
    private final ByteBufAllocator allocator;
    private final FoundValues found = new FoundValues();

    private Resealer(Patterns patterns, ByteBufAllocator allocator) {
        this.patterns = patterns;
        this.allocator = allocator;
    }

    /** For one response; the caller holds the session meanwhile. */
    public static Resealer of(Session session, ByteBufAllocator allocator) {
        return new Resealer(session.patterns(KEY, () -> entries(session)), allocator);
    }

    /** All that the sessions' values look like; the caller holds the sessions meanwhile, and wipes it. */
    public static Patterns patterns(List<Session> sessions) {
        return new Patterns(sessions.reversed().stream()
                .flatMap(session -> entries(session).stream())
                .toList());
    }

    /** Finds nothing and changes nothing. */
    public static Resealer none(ByteBufAllocator allocator) {
        return new Resealer(Patterns.EMPTY, allocator);
    }

    public boolean isEmpty() {
        return patterns.isEmpty();
    }

    /** For a body, piece by piece. */
    public Replacer body() {
        return new Replacer(patterns, allocator, found.told());
    }

    /** What was found so far, in fields and body. */
    public FoundValues found() {
        return found;
    }

    /** The fields with tokens in the place of values. */
    public Fields fields(Fields fields) {
        if (patterns.isEmpty()) {
            return fields;
        }
        var resealed = new ArrayList<Field>(fields.all().size());
        for (var field : fields.all()) {
            resealed.add(resealed(field));
        }
        return new Fields(resealed);
    }

    private Field resealed(Field field) {
        return new Field(text(field.name()), text(field.value()));
    }

    /** A line such as the reason phrase of a response, in ISO 8859-1. */
    public String text(String text) {
        var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (!patterns.isIn(Unpooled.wrappedBuffer(bytes))) {
            return text;
        }
        var replacer = new Replacer(patterns, allocator, found.told());
        var out = allocator.buffer(text.length() + 64);
        try {
            append(out, replacer.feed(Unpooled.wrappedBuffer(bytes)));
            append(out, replacer.end());
            return out.toString(StandardCharsets.ISO_8859_1);
        } finally {
            out.release();
        }
    }

    private static void append(ByteBuf out, ByteBuf more) {
        out.writeBytes(more);
        more.release();
    }

    private static List<Patterns.Entry> entries(Session session) {
        return session.names().stream()
                .sorted()
                .flatMap(name -> entries(session, name))
                .toList();
    }

    @MayReveal("what an upstream returns is searched for the value")
    private static Stream<Patterns.Entry> entries(Session session, SecretName name) {
        var value = session.value(name).reveal();
        var shown = session.tokenOf(name).map(token -> token.value()).orElse("sealed:" + name);
        return value.length < MIN_VALUE
                ? Stream.empty()
                : ValueForms.of(value, shown.getBytes(StandardCharsets.US_ASCII), name).stream();
    }
}
