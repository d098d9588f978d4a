package dev.sealbox.benchmarks.egress;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/** The small request with a token, and whether its answer is right. */
final class Question {
    /** Where most requests go. */
    static final String HOST = "upstream." + UpstreamProcess.ZONE;

    private final Rotor rotor;
    private final boolean withBody;

    /**
     * Asked of any host.
     *
     * @param rotor knows which values are right
     * @param withBody whether the token stands in a body, twice, as well as in the header
     */
    Question(Rotor rotor, boolean withBody) {
        this.rotor = rotor;
        this.withBody = withBody;
    }

    FullHttpRequest request(String host) {
        var token = Secrets.token(0);
        var body = withBody
                ? Unpooled.copiedBuffer(token + "\n" + token + "\n", StandardCharsets.US_ASCII)
                : Unpooled.EMPTY_BUFFER;
        var method = withBody ? HttpMethod.POST : HttpMethod.GET;
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, "/check", body);
        request.headers().set(HttpHeaderNames.HOST, host).set("X-Key", token);
        if (withBody) {
            request.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
            request.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain");
        }
        return request;
    }

    /** The oldest version that may arrive with a request that is sent now. */
    long oldest() {
        return rotor.acknowledged();
    }

    /** Counts the answer to a request that was sent at {@code sent}, when {@code oldest} was {@link #oldest}. */
    void judge(FullHttpResponse answer, long oldest, long sent, Tally tally) {
        var text = answer.content().toString(StandardCharsets.US_ASCII);
        if (!answer.status().equals(HttpResponseStatus.OK)) {
            tally.error("status " + answer.status().code() + ": " + text);
            return;
        }
        var parts = text.split(" ", 2);
        if (parts.length < 2 || !parts[0].matches("[0-9]{1,9}")) {
            tally.wrong(text);
            return;
        }
        long version = Long.parseLong(parts[0]);
        if (version < oldest || version > rotor.written()) {
            tally.wrong("version " + version + " arrived; valid were " + oldest + " to " + rotor.written());
        } else if (!parts[1].equals(Secrets.token(0))) {
            tally.wrong("the answer holds something else than the token");
        } else {
            tally.right(System.nanoTime() - sent);
        }
    }
}
