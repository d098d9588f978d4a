package dev.sealbox.proxy.rewrite;

import dev.sealbox.domain.egress.Location;
import dev.sealbox.domain.sealing.SealedToken;
import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.match.Growth;
import dev.sealbox.proxy.match.Patterns;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.match.Transformer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A request as the upstream shall see it: tokens replaced in the target, in header values and in Basic credentials.
 * Values exist only in what is sent.
 */
public final class RequestRewriter {
    private static final String BEGINNING = SealedToken.BEGINNING;
    private static final int UNDERSCORE = BEGINNING.indexOf('_');

    /** Finds what looks like a token. */
    private static final Patterns SEALED = new Patterns(
            List.of(Patterns.Entry.keptInAnyCase(BEGINNING.getBytes(StandardCharsets.US_ASCII), "sealed")));

    private final SinkHeaders sinks;

    /**
     * With the fields to leave alone.
     *
     * @param sinks fields that are never rewritten, since they tell third parties about the request
     */
    public RequestRewriter(SinkHeaders sinks) {
        this.sinks = sinks;
    }

    /**
     * The head with values in the place of tokens.
     *
     * @param authority where the request goes
     * @param fields the fields to send, end-to-end ones only
     * @throws Replacer.Forbidden when a value must not stand in a header
     * @throws dev.sealbox.proxy.match.Growth.Exceeded when values would make the request too long
     */
    public RewrittenHead head(
            RequestHead request,
            String target,
            boolean secure,
            String authority,
            Fields fields,
            Substitutions substitutions,
            ByteBufAllocator allocator) {
        return new RewrittenHead(
                request.method(),
                target(target, substitutions, allocator),
                secure,
                authority,
                fields(fields, substitutions, allocator));
    }

    private static CharSequence target(String target, Substitutions substitutions, ByteBufAllocator allocator) {
        if (!mayHoldToken(target)) {
            return target;
        }
        int mark = target.indexOf('?');
        int end = mark < 0 ? target.length() : mark;
        var path = substitutions.in(Location.PATH, Form.PERCENT);
        var query = substitutions.in(Location.QUERY, Form.PERCENT);
        return Revealed.joined(
                replaced(target.substring(0, end), path, substitutions, allocator),
                replaced(target.substring(end), query, substitutions, allocator));
    }

    /** Fields, or trailers. Throws as {@link #head} does. */
    public List<RewrittenField> fields(Fields fields, Substitutions substitutions, ByteBufAllocator allocator) {
        var rewritten = new ArrayList<RewrittenField>(fields.all().size());
        for (var field : fields.all()) {
            rewritten.add(new RewrittenField(field.name(), value(field, substitutions, allocator)));
        }
        return rewritten;
    }

    /** Whether anything in a body looks like a token; {@code pieces} gives the body until it gives null. */
    public boolean looksSealed(Supplier<@Nullable ByteBuf> pieces, ByteBufAllocator allocator) {
        var found = new AtomicBoolean();
        var search = new Replacer(SEALED, allocator, Growth.unlimited(what -> found.set(true)));
        try {
            var piece = pieces.get();
            while (piece != null) {
                search.feed(piece).release();
                piece = found.get() ? null : pieces.get();
            }
            return found.get();
        } finally {
            search.close();
        }
    }

    private CharSequence value(Field field, Substitutions substitutions, ByteBufAllocator allocator) {
        boolean basic = isBasic(field);
        if (!basic && !mayHoldToken(field.value())) {
            return field.value();
        }
        if (isLeftAlone(field)) {
            watch(field.value(), substitutions, allocator);
            return field.value();
        }
        return basic ? basic(field.value(), substitutions, allocator) : header(field.value(), substitutions, allocator);
    }

    private static boolean mayHoldToken(String text) {
        // Few values hold an underscore, and the search for one is the fastest there is.
        for (int at = text.indexOf('_'); at >= 0; at = text.indexOf('_', at + 1)) {
            if (text.regionMatches(true, at - UNDERSCORE, BEGINNING, 0, BEGINNING.length())) {
                return true;
            }
        }
        return false;
    }

    /** Changes nothing; but tokens are told of. */
    private static void watch(String value, Substitutions substitutions, ByteBufAllocator allocator) {
        var bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        var unused = replaced(bytes, substitutions.watched(Location.HEADERS), substitutions, allocator);
    }

    private static CharSequence header(String value, Substitutions substitutions, ByteBufAllocator allocator) {
        return replaced(value, substitutions.in(Location.HEADERS, Form.HEADER), substitutions, allocator);
    }

    /** The type of a body may hold its boundary, which must stay what it is in the body. */
    private boolean isLeftAlone(Field field) {
        return field.is("content-type") || sinks.has(field.name());
    }

    /** What changes a body of that media type; throws as {@link #head} does. */
    public Transformer body(@Nullable String contentType, Substitutions substitutions, ByteBufAllocator allocator) {
        return new BodyForms(substitutions, allocator).of(contentType);
    }

    /** Looks at a body that cannot be changed; throws as {@link #head} does, but for values. */
    public Transformer watch(Substitutions substitutions, ByteBufAllocator allocator) {
        return BodyForms.watch(substitutions, allocator);
    }

    private static CharSequence replaced(
            String text, Patterns patterns, Substitutions substitutions, ByteBufAllocator allocator) {
        var bytes = replaced(text.getBytes(StandardCharsets.ISO_8859_1), patterns, substitutions, allocator);
        return bytes == null ? text : new Revealed(bytes);
    }

    /** Null when nothing was replaced. */
    private static byte @Nullable [] replaced(
            byte[] bytes, Patterns patterns, Substitutions substitutions, ByteBufAllocator allocator) {
        if (!patterns.isIn(Unpooled.wrappedBuffer(bytes))) {
            return null;
        }
        var replacer = new Replacer(patterns, allocator, substitutions.growth());
        var out = allocator.buffer(bytes.length + 64);
        try {
            append(out, replacer.feed(Unpooled.wrappedBuffer(bytes)));
            append(out, replacer.end());
            return replacer.replaced() > 0 ? ByteBufUtil.getBytes(out) : null;
        } finally {
            out.setZero(0, out.capacity());
            out.release();
        }
    }

    private static void append(ByteBuf out, ByteBuf more) {
        out.writeBytes(more);
        more.release();
    }

    private static boolean isBasic(Field field) {
        return field.is("authorization") && field.value().regionMatches(true, 0, "basic ", 0, 6);
    }

    /** Decodes, replaces, encodes. What is no base64 goes out as it came. */
    private static CharSequence basic(String value, Substitutions substitutions, ByteBufAllocator allocator) {
        byte[] credentials;
        try {
            credentials = Base64.getDecoder().decode(value.substring(6).strip());
        } catch (IllegalArgumentException e) {
            return header(value, substitutions, allocator);
        }
        var patterns = substitutions.in(Location.BASIC, Form.HEADER);
        var clear = replaced(credentials, patterns, substitutions, allocator);
        if (clear == null) {
            return header(value, substitutions, allocator);
        }
        var encoded = Base64.getEncoder().encode(clear);
        Arrays.fill(clear, (byte) 0);
        var whole = Arrays.copyOf(value.substring(0, 6).getBytes(StandardCharsets.ISO_8859_1), 6 + encoded.length);
        System.arraycopy(encoded, 0, whole, 6, encoded.length);
        Arrays.fill(encoded, (byte) 0);
        return new Revealed(whole);
    }
}
