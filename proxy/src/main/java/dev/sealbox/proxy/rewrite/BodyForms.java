package dev.sealbox.proxy.rewrite;

import dev.sealbox.domain.egress.Location;
import dev.sealbox.proxy.match.Replacer;
import dev.sealbox.proxy.match.Transformer;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** What changes a request's body, or a part of one, as its media type wants. */
record BodyForms(Substitutions substitutions, ByteBufAllocator allocator) {
    /** Multipart bodies in multipart bodies; what lies deeper is left alone. */
    private static final int MAX_DEPTH = 3;

    Transformer of(@Nullable String contentType) {
        return of(contentType, 0);
    }

    private Transformer of(@Nullable String contentType, int depth) {
        if (Form.holdsLengths(contentType)) {
            return watch(substitutions, allocator);
        }
        if (contentType != null && Form.hasParts(contentType)) {
            return depth == MAX_DEPTH ? watch(substitutions, allocator) : multipart(contentType, depth);
        }
        var form = Form.ofBody(contentType);
        return form == Form.URL_ENCODED ? new FormOrJson(this::as) : as(form);
    }

    /** Where its boundary is not known nothing in it is changed. */
    private Transformer multipart(String contentType, int depth) {
        return Boundary.of(contentType)
                .<Transformer>map(boundary -> new Multipart(
                        boundary, part -> of(part, depth + 1), watch(substitutions, allocator), allocator))
                .orElseGet(() -> watch(substitutions, allocator));
    }

    /** For what is not to be changed. */
    static Transformer watch(Substitutions substitutions, ByteBufAllocator allocator) {
        return new Watching(new Replacer(substitutions.watched(Location.BODY), allocator, substitutions.growth()));
    }

    private Transformer as(Form form) {
        return new Replacer(substitutions.in(Location.BODY, form), allocator, substitutions.growth());
    }
}
