package dev.sealbox.proxy.fuzz;

import dev.sealbox.proxy.codec.Framing;
import dev.sealbox.proxy.codec.HeadReader;
import dev.sealbox.proxy.codec.ResponseHead;
import dev.sealbox.proxy.http1.Http1ClientStream;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.util.List;

/** Bytes that are taken for a response go on as exactly one, which another codec reads as the same. */
final class Responses implements Property {
    @Override
    public void check(Choices choices) {
        var bytes = Grammar.response(choices);
        var response = read(new Choices(new byte[0]), bytes);
        Property.same(response, read(choices, bytes), "cut in another way: " + Wire.shown(bytes));
        if (response.whole()) {
            forwarded(choices, response, bytes);
        }
    }

    private static Framed<ResponseHead> read(Choices choices, byte[] bytes) {
        return Framed.read(choices.cut(bytes), HeadReader::response, head -> Framing.ofResponse(head, "GET"));
    }

    private static void forwarded(Choices choices, Framed<ResponseHead> response, byte[] bytes) {
        var head = response.head().orElseThrow();
        if (head.isInterim()) {
            return;
        }
        var fields = head.fields().endToEnd().without("content-length", "transfer-encoding");
        var link = Wire.link();
        var stream = new Http1ClientStream(link, Framing.NONE, 4096);
        var framing = response.framing().orElseThrow();
        boolean streamed =
                framing instanceof Framing.Chunked || (!response.content().isEmpty() && choices.flip());
        stream.head(
                new ResponseHead(head.status(), head.reason(), false, fields),
                streamed ? Framing.CHUNKED : framing,
                framing instanceof Framing.UntilClose);
        for (var piece : choices.cut(Replacing.latin1(response.content()))) {
            stream.content(piece);
        }
        stream.content(Unpooled.buffer());
        var trailers = response.trailers()
                .without("content-length", "transfer-encoding")
                .endToEnd();
        stream.end(trailers);

        boolean ends = framing instanceof Framing.UntilClose && !streamed;
        var read = Wire.read(Wire.written(link), new HttpResponseDecoder(), ends);
        Property.same(1, read.size(), "responses made of " + Wire.shown(bytes));
        var one = read.getFirst();
        Property.same(head.status(), ((HttpResponse) one.head()).status().code(), "status");
        Property.same(response.content(), one.content(), "content");
        Property.holds(
                one.fields().containsAll(Requests.lines(fields)), one.fields() + " lack some of " + fields.all());
        Property.same(streamed ? Requests.lines(trailers) : List.of(), one.trailers(), "trailers");
    }
}
