package dev.sealbox.proxy.http2;

import dev.sealbox.proxy.codec.BadMessage;
import dev.sealbox.proxy.codec.Field;
import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.Grammar;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.rewrite.RewrittenField;
import dev.sealbox.proxy.rewrite.RewrittenHead;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Heads as they stand in HEADERS frames. */
final class HeadForms {
    private static final Set<String> OF_REQUEST = Set.of(":method", ":scheme", ":authority", ":path");
    private static final Set<String> OF_RESPONSE = Set.of(":status");
    private static final int MAX_METHOD = 32;

    private HeadForms() {}

    /**
     * A request over TLS. Its authority stands as Host; a Host field that says something else stays beside it.
     *
     * @throws BadMessage when it breaks the grammar
     */
    static RequestHead request(Http2Headers headers) {
        var block = HeaderFields.of(headers);
        var method = block.needed(":method");
        boolean connect = method.equals("CONNECT");
        if (!block.hasOnly(OF_REQUEST) || !Grammar.isToken(method) || method.length() > MAX_METHOD) {
            throw new BadMessage("a request that is none");
        }
        if (!connect && !block.needed(":scheme").equalsIgnoreCase("https")) {
            throw new BadMessage("another scheme than that of the connection");
        }
        var target = connect ? block.needed(":authority") : block.needed(":path");
        if (!Grammar.isTarget(target)) {
            throw new BadMessage("a path that is none");
        }
        return new RequestHead(method, target, false, hosted(block));
    }

    private static Fields hosted(HeaderFields block) {
        var authority = block.pseudo(":authority");
        var hosts = block.fields().values("host");
        if (authority == null && hosts.size() != 1) {
            throw new BadMessage("not exactly one authority");
        }
        if (authority == null) {
            return block.fields();
        }
        if (!Grammar.isTarget(authority)) {
            throw new BadMessage("an authority that is none");
        }
        var fields = new ArrayList<Field>();
        fields.add(new Field("host", authority));
        block.fields().all().stream()
                .filter(field -> !field.is("host") || !field.value().equalsIgnoreCase(authority))
                .forEach(fields::add);
        return new Fields(fields);
    }

    /**
     * A response, interim or final.
     *
     * @throws BadMessage when it breaks the grammar
     */
    static ResponseHead response(Http2Headers headers) {
        var block = HeaderFields.of(headers);
        var status = block.needed(":status");
        if (!block.hasOnly(OF_RESPONSE) || !isStatus(status) || status.equals("101")) {
            throw new BadMessage("a status that is none");
        }
        return new ResponseHead(Integer.parseInt(status), "", false, block.fields());
    }

    private static boolean isStatus(String text) {
        return text.length() == 3
                && text.charAt(0) >= '1'
                && text.charAt(0) <= '5'
                && Character.digit(text.charAt(1), 10) >= 0
                && Character.digit(text.charAt(2), 10) >= 0
                && Grammar.isToken(text);
    }

    /**
     * The fields after a body.
     *
     * @throws BadMessage when they break the grammar
     */
    static Fields trailers(Http2Headers headers) {
        var block = HeaderFields.of(headers);
        if (!block.hasOnly(Set.of())) {
            throw new BadMessage("a pseudo-header field in trailers");
        }
        return block.fields();
    }

    static Http2Headers of(RewrittenHead head, Framing framing) {
        var headers = empty(head.fields().size() + 5);
        headers.method(head.method());
        headers.scheme(head.secure() ? "https" : "http");
        headers.authority(head.authority());
        headers.path(head.target());
        add(headers, head.fields());
        if (framing instanceof Framing.Length(var bytes)) {
            headers.addLong("content-length", bytes);
        }
        return headers;
    }

    static Http2Headers ofTrailers(List<RewrittenField> fields) {
        var headers = empty(fields.size());
        add(headers, fields);
        return headers;
    }

    private static void add(Http2Headers headers, List<RewrittenField> fields) {
        fields.forEach(field -> headers.add(lower(field.name()), field.value()));
    }

    /** Without a length where there is no body: the stream's end says it. */
    static Http2Headers of(ResponseHead head, Framing framing) {
        var headers = of(head.fields());
        headers.status(Integer.toString(head.status()));
        if (framing instanceof Framing.Length(var bytes) && bytes > 0) {
            headers.addLong("content-length", bytes);
        }
        return headers;
    }

    static Http2Headers of(Fields fields) {
        var headers = empty(fields.all().size() + 2);
        fields.all().forEach(field -> headers.add(lower(field.name()), field.value()));
        return headers;
    }

    /** Without checks: all that goes in passed the grammar. Iterates pseudo-fields first. */
    private static Http2Headers empty(int size) {
        return new DefaultHttp2Headers(false, Math.max(2, size));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
