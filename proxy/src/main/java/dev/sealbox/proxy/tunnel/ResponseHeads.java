package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.reseal.Resealer;

/** The heads of responses as the client gets them: resealed, and saying what is true of the body that follows. Pure. */
record ResponseHeads(Resealer resealer) {

    private static final String[] DIGESTS = {"content-md5", "digest", "content-digest", "repr-digest"};

    /** One that no body follows: an interim response or a change of protocol. */
    ResponseHead bare(ResponseHead head, Fields fields) {
        return new ResponseHead(head.status(), resealer.text(head.reason()), false, resealer.fields(fields));
    }

    /**
     * The final response's, but for its framing.
     *
     * @param differs whether the body may be another than the one that came
     */
    ResponseHead last(ResponsePlan plan, Framing framing, boolean differs) {
        return bare(plan.head(), fields(plan, framing, differs));
    }

    private static Fields fields(ResponsePlan plan, Framing framing, boolean differs) {
        var fields = plan.head().fields().endToEnd().without("transfer-encoding", "alt-svc");
        // Without a body (HEAD, 304) the length is about another response and stays as it is; 204 has none (RFC 9110,
        // 8.6),
        // and who believed one would take the next response for a body.
        boolean bodiless = framing instanceof Framing.None && plan.head().status() != 204;
        fields = bodiless ? fields : fields.without("content-length");
        fields = plan.packed() ? fields.without("content-encoding", "accept-ranges") : fields;
        return differs ? fields.without(DIGESTS) : fields;
    }

    /**
     * The fields after a body.
     *
     * @param differs whether the body was another than the one that came
     */
    Fields trailers(Fields trailers, boolean differs) {
        var fields = trailers.without("content-length", "transfer-encoding").endToEnd();
        return resealer.fields(differs ? fields.without(DIGESTS) : fields);
    }
}
