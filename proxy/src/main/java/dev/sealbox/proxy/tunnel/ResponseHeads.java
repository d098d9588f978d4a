package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.Heads;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.reseal.Resealer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Writes the heads of responses as the client gets them: resealed, and saying what is true of the body that follows. */
record ResponseHeads(Resealer resealer, ByteBufAllocator allocator) {

    /** One that no body follows: an interim response or a change of protocol. */
    ByteBuf bare(ResponseHead head, Fields fields) {
        var out = begun(head, fields);
        Heads.end(out);
        return out;
    }

    /**
     * The final response's.
     *
     * @param changed whether anything in the body is known to differ from what came
     */
    ByteBuf last(ResponsePlan plan, Framing framing, boolean changed) {
        var out = begun(plan.head(), fields(plan, framing, changed));
        Heads.framing(out, framing);
        if (plan.closesClient()) {
            Heads.line(out, "Connection: close");
        }
        Heads.end(out);
        return out;
    }

    private static Fields fields(ResponsePlan plan, Framing framing, boolean changed) {
        var fields = plan.head().fields().endToEnd().without("transfer-encoding", "alt-svc");
        // Without a body (HEAD, 304) the length is about another response and stays as it is.
        boolean bodiless = framing instanceof Framing.None;
        fields = bodiless ? fields : fields.without("content-length");
        fields = plan.packed() ? fields.without("content-encoding", "accept-ranges") : fields;
        return changed || plan.packed()
                ? fields.without("content-md5", "digest", "content-digest", "repr-digest")
                : fields;
    }

    /** The end of a chunked body. */
    ByteBuf lastChunk(Fields trailers) {
        var out = allocator.buffer();
        Heads.lastChunk(out);
        resealer.fields(
                out, trailers.without("content-length", "transfer-encoding").endToEnd());
        Heads.end(out);
        return out;
    }

    private ByteBuf begun(ResponseHead head, Fields fields) {
        var out = allocator.buffer(1024);
        out.writeCharSequence("HTTP/1.1 " + head.status() + " ", StandardCharsets.US_ASCII);
        resealer.text(out, head.reason());
        out.writeByte('\r').writeByte('\n');
        resealer.fields(out, fields);
        return out;
    }
}
