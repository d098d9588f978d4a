package dev.sealbox.proxy.rewrite;

import dev.sealbox.proxy.match.Transformer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A body that calls itself form-encoded. {@code curl -d} calls JSON so, too, and no form begins with a brace or a
 * bracket: they would be percent-encoded. The first byte that is no white space decides.
 */
final class FormOrJson implements Transformer {
    private final Function<Form, Transformer> as;
    private @Nullable Transformer chosen;

    FormOrJson(Function<Form, Transformer> as) {
        this.as = as;
    }

    @Override
    public ByteBuf feed(ByteBuf chunk) {
        if (chosen == null) {
            int first = chunk.forEachByte(b -> b == ' ' || b == '\t' || b == '\r' || b == '\n');
            if (first < 0) {
                return chunk;
            }
            byte decisive = chunk.getByte(first);
            chosen = as.apply(decisive == '{' || decisive == '[' ? Form.JSON : Form.URL_ENCODED);
        }
        return chosen.feed(chunk);
    }

    @Override
    public ByteBuf end() {
        return chosen == null ? Unpooled.EMPTY_BUFFER : chosen.end();
    }

    @Override
    public void close() {
        if (chosen != null) {
            chosen.close();
        }
    }
}
