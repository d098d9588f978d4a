package dev.sealbox.proxy.rewrite;

import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.match.Replacer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request as the upstream shall see it: tokens replaced in the target, in header values and in Basic credentials.
 * Values exist only in what is sent.
 */
public final class RequestRewriter {
    private static final String PREFIX = "osb_sealed_";

    private final Set<String> sinks;

    /**
     * With the fields to leave alone.
     *
     * @param sinks names of fields in lower case that are never rewritten, since they tell third parties about the
     *     request; one that ends with a star means all that begin so
     */
    public RequestRewriter(Set<String> sinks) {
        this.sinks = Set.copyOf(sinks);
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
                replaced(target, substitutions, Form.PERCENT, allocator),
                secure,
                authority,
                fields(fields, substitutions, allocator));
    }

    /** Fields, or trailers. Throws as {@link #head} does. */
    public List<RewrittenField> fields(Fields fields, Substitutions substitutions, ByteBufAllocator allocator) {
        var rewritten = new ArrayList<RewrittenField>(fields.all().size());
        for (var field : fields.all()) {
            rewritten.add(new RewrittenField(field.name(), value(field, substitutions, allocator)));
        }
        return rewritten;
    }

    private CharSequence value(Field field, Substitutions substitutions, ByteBufAllocator allocator) {
        if (substitutions.isEmpty()) {
            return field.value();
        }
        if (isBasic(field)) {
            return basic(field.value(), substitutions, allocator);
        }
        return field.value().contains(PREFIX) && !isSink(field)
                ? replaced(field.value(), substitutions, Form.HEADER, allocator)
                : field.value();
    }

    private boolean isSink(Field field) {
        var name = field.name().toLowerCase(Locale.ROOT);
        return sinks.contains(name)
                || sinks.stream()
                        .anyMatch(sink -> sink.endsWith("*") && name.startsWith(sink.substring(0, sink.length() - 1)));
    }

    private static CharSequence replaced(
            String text, Substitutions substitutions, Form form, ByteBufAllocator allocator) {
        if (substitutions.isEmpty() || !text.contains(PREFIX)) {
            return text;
        }
        var bytes = replaced(text.getBytes(StandardCharsets.ISO_8859_1), substitutions, form, allocator);
        return bytes == null ? text : new Revealed(bytes);
    }

    /** Null when there is nothing to replace. */
    private static byte @Nullable [] replaced(
            byte[] bytes, Substitutions substitutions, Form form, ByteBufAllocator allocator) {
        if (!substitutions.as(form).isIn(Unpooled.wrappedBuffer(bytes))) {
            return null;
        }
        var replacer = new Replacer(substitutions.as(form), allocator, substitutions.growth());
        var out = allocator.buffer(bytes.length + 64);
        try {
            append(out, replacer.feed(Unpooled.wrappedBuffer(bytes)));
            append(out, replacer.end());
            return ByteBufUtil.getBytes(out);
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
            return replaced(value, substitutions, Form.HEADER, allocator);
        }
        var clear = replaced(credentials, substitutions, Form.HEADER, allocator);
        if (clear == null) {
            return replaced(value, substitutions, Form.HEADER, allocator);
        }
        var encoded = Base64.getEncoder().encode(clear);
        Arrays.fill(clear, (byte) 0);
        var whole = Arrays.copyOf(value.substring(0, 6).getBytes(StandardCharsets.ISO_8859_1), 6 + encoded.length);
        System.arraycopy(encoded, 0, whole, 6, encoded.length);
        Arrays.fill(encoded, (byte) 0);
        return new Revealed(whole);
    }
}
