package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.reseal.Resealer;

/** The heads of responses as the client gets them: resealed, and saying what is true of the body that follows. Pure. */
record ResponseHeads(Resealer resealer) {

    /** One that no body follows: an interim response or a change of protocol. */
    ResponseHead bare(ResponseHead head, Fields fields) {
        return new ResponseHead(head.status(), resealer.text(head.reason()), false, resealer.fields(fields));
    }

    /**
     * The final response's, but for its framing.
     *
     * @param changed whether anything in the body is known to differ from what came
     */
    ResponseHead last(ResponsePlan plan, Framing framing, boolean changed) {
        return bare(plan.head(), fields(plan, framing, changed));
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

    /** The fields after a body. */
    Fields trailers(Fields trailers) {
        return resealer.fields(
                trailers.without("content-length", "transfer-encoding").endToEnd());
    }
}
