package dev.sealbox.proxy.tunnel;

import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.identity.SandboxId;
import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.reseal.Resealer;
import dev.sealbox.proxy.rewrite.Substitutions;
import dev.sealbox.proxy.session.Passage;
import dev.sealbox.proxy.session.Session;
import dev.sealbox.proxy.transport.Link;
import dev.sealbox.proxy.upstream.Origin;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Locale;

/** One request and its response, under the policy that was in force when the request came. It holds that session. */
final class Exchange {
    private final Session session;
    private final Passage passage;
    private final Origin origin;
    private final RequestHead head;
    private final RequestFlow request;
    private final ResponseFlow response;

    /**
     * Prepares it; nothing is sent yet. Holds the session until {@link #close}, unless it fails.
     *
     * @param passage is told which secrets the request carries; closed with it, unless it fails
     * @throws Objection when it asks for what is not served
     * @throws dev.sealbox.proxy.codec.BadMessage when its framing is broken
     * @throws dev.sealbox.proxy.match.Replacer.Forbidden when a value must not stand in a header
     * @throws Passage.Revoked when a secret of it has been revoked meanwhile
     */
    Exchange(
            Session session,
            Passage passage,
            Origin origin,
            RequestHead head,
            String target,
            Services services,
            ByteBufAllocator allocator) {
        var substitutions = origin.secure()
                ? Substitutions.at(session, origin.host(), passage::carries)
                : Substitutions.none(session, origin.host());
        var resealer = services.reseal() ? Resealer.of(session, allocator) : Resealer.none(allocator);
        boolean upgrade = head.asksForWebSocket();
        if (upgrade && !resealer.isEmpty() && !substitutions.isEmpty()) {
            throw new Objection(Problem.upgradeUnsupported());
        }
        if (head.fields().has("expect") && !expectsContinue(head)) {
            throw new Objection(Problem.expectation());
        }
        var fields = outgoing(head, origin, upgrade, resealer, substitutions);
        this.session = session;
        this.passage = passage;
        this.origin = origin;
        this.head = head;
        this.request = new RequestFlow(
                head,
                target,
                fields,
                Framing.ofRequest(head),
                substitutions,
                services.rewriter(),
                services.limits(),
                allocator);
        this.response = new ResponseFlow(head, resealer, upgrade, services.limits(), allocator);
    }

    private static Fields outgoing(
            RequestHead head, Origin origin, boolean upgrade, Resealer resealer, Substitutions substitutions) {
        var fields = head.fields().endToEnd().without("content-length", "transfer-encoding", "expect", "host");
        if (!resealer.isEmpty()) {
            fields = searchable(fields, !substitutions.isEmpty());
        }
        if (upgrade) {
            fields = fields.with("Connection", "Upgrade").with("Upgrade", "websocket");
        }
        var host = origin.host().value();
        var first = new ArrayList<Field>();
        first.add(new Field("Host", host.contains(":") ? "[" + host + "]" : host));
        first.addAll(fields.all());
        return new Fields(first);
    }

    /**
     * Asks for a response that can be searched: where a secret may be used, unpacked and whole, since a range could cut
     * a value in two; elsewhere at least packed in a way that can be unpacked.
     */
    private static Fields searchable(Fields fields, boolean usesSecrets) {
        if (usesSecrets) {
            return fields.without("accept-encoding", "range", "if-range").with("Accept-Encoding", "identity");
        }
        if (!fields.has("accept-encoding")) {
            return fields;
        }
        boolean gzip = fields.values("accept-encoding").stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).matches(".*\\bgzip\\b(?!\\s*;\\s*q=0(\\.0*)?\\b).*"));
        return fields.without("accept-encoding").with("Accept-Encoding", gzip ? "gzip" : "identity");
    }

    private static boolean expectsContinue(RequestHead head) {
        return head.fields().values("expect").stream().allMatch(value -> value.equalsIgnoreCase("100-continue"));
    }

    OrganizationId organization() {
        return session.policy().organization();
    }

    SandboxId sandbox() {
        return session.policy().sandbox();
    }

    Passage passage() {
        return passage;
    }

    Origin origin() {
        return origin;
    }

    RequestHead head() {
        return head;
    }

    RequestFlow request() {
        return request;
    }

    ResponseFlow response() {
        return response;
    }

    /** Whether the client waits for a word before it sends the body. */
    boolean wantsContinue() {
        return head.fields().has("expect") && !head.http10() && !request.isRead();
    }

    /** Whether the client's connection may serve a next request. */
    boolean mayKeepClient() {
        return head.keepsAlive() && !head.http10();
    }

    /** Whether a failed attempt on a kept connection may be made once more on a new one. */
    boolean mayRepeat(Link upstream) {
        return !passage.isCut()
                && !response.hasArrived()
                && !upstream.inbox().isReadable()
                && request.canRepeat()
                && (head.isIdempotent() || !request.isDone());
    }

    void close() {
        request.close();
        response.close();
        passage.close();
        session.release();
    }
}
