package dev.sealbox.proxy.codec;

import java.util.List;

/** How a message's body ends. */
public sealed interface Framing {

    /** There is no body. */
    record None() implements Framing {}

    /** After so many bytes. */
    record Length(long bytes) implements Framing {}

    /** With a chunk of no length. */
    record Chunked() implements Framing {}

    /** With the connection; responses only. */
    record UntilClose() implements Framing {}

    Framing NONE = new None();
    Framing CHUNKED = new Chunked();
    Framing UNTIL_CLOSE = new UntilClose();

    /**
     * What a request's fields say.
     *
     * @throws BadMessage when they say two things, or one in an odd way
     */
    static Framing ofRequest(RequestHead head) {
        var framing = stated(head.fields(), head.http10());
        return framing instanceof UntilClose ? NONE : framing;
    }

    /**
     * What a response's fields say, given the request's method.
     *
     * @throws BadMessage as above
     */
    static Framing ofResponse(ResponseHead head, String method) {
        var stated = stated(head.fields(), head.http10());
        boolean bodiless = method.equals("HEAD") || head.status() < 200 || head.status() == 204 || head.status() == 304;
        return bodiless ? NONE : stated;
    }

    private static Framing stated(Fields fields, boolean http10) {
        var lengths = fields.values("content-length");
        var codings = fields.values("transfer-encoding");
        if (codings.isEmpty()) {
            return lengths.isEmpty() ? UNTIL_CLOSE : new Length(length(lengths));
        }
        if (!lengths.isEmpty()) {
            throw new BadMessage("both Content-Length and Transfer-Encoding");
        }
        if (http10 || codings.size() != 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
            throw new BadMessage("a Transfer-Encoding other than chunked");
        }
        return CHUNKED;
    }

    private static long length(List<String> values) {
        var text = values.getFirst();
        if (values.size() != 1
                || text.isEmpty()
                || text.length() > 18
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new BadMessage("Content-Length is not one number");
        }
        return Long.parseLong(text);
    }
}
