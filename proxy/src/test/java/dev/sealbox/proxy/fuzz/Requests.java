package dev.sealbox.proxy.fuzz;

import dev.sealbox.proxy.codec.Fields;
import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.HeadReader;
import dev.sealbox.proxy.codec.RequestHead;
import dev.sealbox.proxy.http1.Http1UpstreamStream;
import dev.sealbox.proxy.rewrite.RequestRewriter;
import dev.sealbox.proxy.rewrite.SinkHeaders;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Bytes that are taken for a request go on as exactly one, which another codec reads as the same; and whether they are
 * taken for one does not depend on how they are cut.
 */
final class Requests implements Property {
    private static final RequestRewriter REWRITER = new RequestRewriter(new SinkHeaders(List.of()));

    @Override
    public void check(Choices choices) {
        var bytes = Grammar.request(choices);
        var request = read(new Choices(new byte[0]), bytes);
        Property.same(request, read(choices, bytes), "cut in another way: " + Wire.shown(bytes));
        if (request.whole()) {
            forwarded(choices, request, bytes);
        }
    }

    private static Framed<RequestHead> read(Choices choices, byte[] bytes) {
        return Framed.read(choices.cut(bytes), HeadReader::request, Framing::ofRequest);
    }

    private static void forwarded(Choices choices, Framed<RequestHead> request, byte[] bytes) {
        var head = request.head().orElseThrow();
        var held = new Held(List.of("the value"));
        var fields = head.fields().endToEnd().without("content-length", "transfer-encoding", "expect", "host");
        var rewritten = REWRITER.head(
                head, head.target(), true, Held.HOST, fields, held.substitutions(), ByteBufAllocator.DEFAULT);
        var link = Wire.link();
        var stream = new Http1UpstreamStream(link, 4096);
        var framing = request.framing().orElseThrow();
        boolean streamed =
                framing instanceof Framing.Chunked || (!request.content().isEmpty() && choices.flip());
        stream.head(rewritten, streamed ? Framing.CHUNKED : framing);
        for (var piece : choices.cut(Replacing.latin1(request.content()))) {
            stream.content(piece);
        }
        stream.content(Unpooled.buffer());
        var trailers = request.trailers()
                .without("content-length", "transfer-encoding", "host")
                .endToEnd();
        stream.end(REWRITER.fields(trailers, held.substitutions(), ByteBufAllocator.DEFAULT));

        var read = Wire.read(Wire.written(link), new HttpRequestDecoder(), false);
        Property.same(1, read.size(), "requests made of " + Wire.shown(bytes));
        var one = read.getFirst();
        Property.same(head.method(), ((HttpRequest) one.head()).method().name(), "method");
        Property.same(head.target(), ((HttpRequest) one.head()).uri(), "target");
        Property.same(request.content(), one.content(), "content");
        Property.same(expected(fields, streamed ? Framing.CHUNKED : framing), one.fields(), "fields");
        Property.same(streamed ? lines(trailers) : List.of(), one.trailers(), "trailers");
        held.session.release();
    }

    private static List<String> expected(Fields fields, Framing framing) {
        var expected = new ArrayList<String>();
        expected.add("host: " + Held.HOST);
        expected.addAll(lines(fields));
        switch (framing) {
            case Framing.Length(var length) -> expected.add("content-length: " + length);
            case Framing.Chunked chunked -> expected.add("transfer-encoding: chunked");
            default -> {}
        }
        return expected;
    }

    static List<String> lines(Fields fields) {
        return fields.all().stream()
                .filter(field -> !field.is("te"))
                .map(field -> field.name().toLowerCase(Locale.ROOT) + ": " + field.value())
                .toList();
    }
}
