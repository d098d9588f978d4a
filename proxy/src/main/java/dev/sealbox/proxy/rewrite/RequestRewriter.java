package dev.sealbox.proxy.rewrite;

import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Heads;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.match.Replacer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;

/**
 * Writes a request as the upstream shall see it: tokens replaced in the target, in header values and in Basic
 * credentials. Values exist only in the buffer that is sent.
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
     * The request line and the fields, without those of the framing and without the empty line.
     *
     * @param fields the fields to send, end-to-end ones only
     * @throws Replacer.Forbidden when a value must not stand in a header
     * @throws dev.sealbox.proxy.match.Growth.Exceeded when values would make the request too long
     */
    public ByteBuf head(
            RequestHead request,
            String target,
            Fields fields,
            Substitutions substitutions,
            ByteBufAllocator allocator) {
        var out = allocator.buffer(1024);
        try {
            out.writeCharSequence(request.method(), StandardCharsets.ISO_8859_1);
            out.writeByte(' ');
            write(out, target, substitutions, Form.PERCENT, allocator);
            Heads.line(out, " HTTP/1.1");
            fields(out, fields, substitutions, allocator);
            return out;
        } catch (RuntimeException e) {
            out.release();
            throw e;
        }
    }

    /** Writes fields, or trailers. Throws as {@link #head} does. */
    public void fields(ByteBuf out, Fields fields, Substitutions substitutions, ByteBufAllocator allocator) {
        for (var field : fields.all()) {
            out.writeCharSequence(field.name(), StandardCharsets.ISO_8859_1);
            out.writeByte(':').writeByte(' ');
            if (!substitutions.isEmpty() && isBasic(field)) {
                basic(out, field.value(), substitutions, allocator);
            } else if (isSink(field)) {
                out.writeCharSequence(field.value(), StandardCharsets.ISO_8859_1);
            } else {
                write(out, field.value(), substitutions, Form.HEADER, allocator);
            }
            out.writeByte('\r').writeByte('\n');
        }
    }

    private boolean isSink(Field field) {
        var name = field.name().toLowerCase(Locale.ROOT);
        return sinks.contains(name)
                || sinks.stream()
                        .anyMatch(sink -> sink.endsWith("*") && name.startsWith(sink.substring(0, sink.length() - 1)));
    }

    private static void write(
            ByteBuf out, String text, Substitutions substitutions, Form form, ByteBufAllocator allocator) {
        if (substitutions.isEmpty() || !text.contains(PREFIX)) {
            out.writeCharSequence(text, StandardCharsets.ISO_8859_1);
            return;
        }
        replace(out, text.getBytes(StandardCharsets.ISO_8859_1), substitutions, form, allocator);
    }

    private static void replace(
            ByteBuf out, byte[] bytes, Substitutions substitutions, Form form, ByteBufAllocator allocator) {
        var replacer = new Replacer(substitutions.as(form), allocator, substitutions.growth());
        append(out, replacer.feed(Unpooled.wrappedBuffer(bytes)));
        append(out, replacer.end());
    }

    private static void append(ByteBuf out, ByteBuf more) {
        out.writeBytes(more);
        more.release();
    }

    private static boolean isBasic(Field field) {
        return field.is("authorization") && field.value().regionMatches(true, 0, "basic ", 0, 6);
    }

    /** Decodes, replaces, encodes. What is no base64 goes out as it came. */
    private static void basic(ByteBuf out, String value, Substitutions substitutions, ByteBufAllocator allocator) {
        byte[] credentials;
        try {
            credentials = Base64.getDecoder().decode(value.substring(6).strip());
        } catch (IllegalArgumentException e) {
            write(out, value, substitutions, Form.HEADER, allocator);
            return;
        }
        if (!substitutions.as(Form.HEADER).isIn(Unpooled.wrappedBuffer(credentials))) {
            write(out, value, substitutions, Form.HEADER, allocator);
            return;
        }
        var clear = allocator.buffer(credentials.length + 64);
        try {
            replace(clear, credentials, substitutions, Form.HEADER, allocator);
            var replaced = new byte[clear.readableBytes()];
            clear.readBytes(replaced);
            var encoded = Base64.getEncoder().encode(replaced);
            out.writeCharSequence(value.substring(0, 6), StandardCharsets.ISO_8859_1);
            out.writeBytes(encoded);
            Arrays.fill(replaced, (byte) 0);
            Arrays.fill(encoded, (byte) 0);
        } finally {
            clear.release();
        }
    }
}
